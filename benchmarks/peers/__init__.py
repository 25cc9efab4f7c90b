"""Other packages for active learning on sequence labels, measured on the same job: `python -m benchmarks.peers`."""
