"""The names of the files that a run leaves; see the README for what they hold."""

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
ROUNDS = "rounds.jsonl"
ANNOTATED = "annotated.jsonl"
SYNTHETIC = "synthetic.jsonl"
METRICS = "metrics.json"
WEIGHTS = "best.th"
CORPUS = "corpus.arrow"
CURVE = "learning_curve.csv"
PICTURE = "learning_curve.png"
OF_A_RUN = (
    *(CONFIG, ENVIRONMENT, ROUNDS, ANNOTATED, SYNTHETIC, METRICS, WEIGHTS, CORPUS, CURVE, PICTURE),
    *("meta.json", "out.log", "model.tar.gz"),
)
"""All of them, and AllenNLP's."""
STATE = "state"
"""The folder of what a run goes on from."""
NOT_MEASURED = "not measured"
"""What stands where F1 would, in a run without a dev and a test file."""
