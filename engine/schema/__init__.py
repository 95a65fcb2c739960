"""The database's own shape: fixed tables by migration, record tables from the metadata."""
