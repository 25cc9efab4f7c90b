"""The job by this package: AllenNLP's trainer from `job.jsonnet`, and one query of the loop by the policy `mnlp`."""

import itertools
import json
from pathlib import Path

import numpy as np
import stopwatch
from allennlp.commands.train import TrainModel
from allennlp.common import Params

import seqmix_plugin.registration  # noqa: F401
from seqmix_plugin.active_learning import ActiveLearningTrainer
from seqmix_plugin.active_learning.predictions import predict_tags
from seqmix_plugin.allennlp_gaps import transient_bars
from seqmix_plugin.data import SentenceView

CONFIGURATION = Path(__file__).parent.parent / "job.jsonnet"


def main() -> None:
    """Trains, queries and tags the dev file."""
    job = stopwatch.read_job()
    params = Params.from_file(str(CONFIGURATION), ext_vars={"job": json.dumps(job)})
    for key in ("include_in_archive", "random_seed", "numpy_seed", "pytorch_seed"):
        params.pop(key)  # as AllenNLP's command does
    trainer = TrainModel.from_params(params, serialization_dir=job["output"], local_rank=0).trainer
    assert isinstance(trainer, ActiveLearningTrainer)
    loop = trainer.loop
    pool, learner = loop.pool, loop.learners[0]
    with transient_bars():
        training, _ = stopwatch.timed(lambda: learner.train(0, pool.labelled, loop.folder, [], pool.unlabelled))
        query, selection = stopwatch.timed(lambda: loop.querying.select(1, pool, loop.budget(1), [learner.model]))
        sentences = loop.experiment.corpora.evaluation["dev"]
        dev = SentenceView(sentences, np.arange(len(sentences)))
        starts, numbers, _ = predict_tags(loop.experiment, learner.model, dev, loop.device)
    queried = [int(name) for name in selection.names]  # a sentence without an id is named by its position in the file
    labels = learner.model.head.labels
    tags = [[labels[number] if number >= 0 else "O" for number in numbers[a:b]] for a, b in itertools.pairwise(starts)]
    packages = ("seqmix_plugin", "allennlp", "torch", "transformers", "numpy")
    stopwatch.write_result(training, query, queried, tags, packages)


if __name__ == "__main__":
    main()
