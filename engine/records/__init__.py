"""Records in their tables: read, write, history, uses. Knows no form and judges nothing."""
