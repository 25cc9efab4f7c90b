"""Makes `docs/results.md`, its figures and README's results from the records in `results/`, a module per experiment."""
