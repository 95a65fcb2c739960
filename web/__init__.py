"""The browser's and the API's side: blueprints whose views are a few lines each."""
