"""Claims that are measured: one file a claim, `python -m benchmarks` runs them."""
