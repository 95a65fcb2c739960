"""The customer module: what is more than fields."""
