"""Groups of commands of `fieldloom`. `cli.py` is the entry; a group adds its arguments and runs them through `engine.service`."""
