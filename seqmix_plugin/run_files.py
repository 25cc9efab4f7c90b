"""The names of the files that a run leaves; see the README for what they hold."""

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
ROUNDS = "rounds.jsonl"
ANNOTATED = "annotated.jsonl"
SYNTHETIC = "synthetic.jsonl"
METRICS = "metrics.json"
WEIGHTS = "best.th"
