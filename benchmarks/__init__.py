"""Measurements of every stage against reference implementations: `python -m benchmarks`."""
