"""What the product is measured against; each module is one reference and knows nothing of the product."""
