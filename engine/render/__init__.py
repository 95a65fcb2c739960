"""Cards, detail pages and search screens drawn from the catalog: baked once, filled per request."""
