"""Conditions: one grammar, read from an address or JSON, compiled to SQL, paged by key."""
