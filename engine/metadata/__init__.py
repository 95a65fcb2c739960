"""What is known about entities and fields: the model, its tables, the field types and the physical columns."""
