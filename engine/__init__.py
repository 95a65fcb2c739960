"""The form engine: everything that is a pure function of the metadata, and knows neither Flask nor a customer."""
