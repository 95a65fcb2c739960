"""The benchmark: workloads of the product beside named references, as ratios of one run."""
