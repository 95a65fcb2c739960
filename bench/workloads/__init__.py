"""The workloads: each measures the product beside its references and yields lines of the table."""
