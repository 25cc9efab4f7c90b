"""How close each stage is to its limit: `python -m benchmarks`."""
