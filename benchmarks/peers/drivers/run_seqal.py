"""
The job by SeqAL: its `ActiveLearner` over flair 0.10 with the sampler `MaxNormLogProbSampler`. The tagger has a CRF:
without one, SeqAL cannot compute the probability of a sentence.
"""

from pathlib import Path

import flair
import stopwatch
from flair.data import Sentence
from flair.embeddings import TransformerWordEmbeddings
from flair.optim import LinearSchedulerWithWarmup
from seqal.active_learner import ActiveLearner
from seqal.datasets import ColumnCorpus
from seqal.samplers import MaxNormLogProbSampler
from torch.optim import AdamW


def main() -> None:
    """Trains, queries and tags the dev file."""
    job = stopwatch.read_job()
    flair.set_seed(job["seed"])
    files = {name: Path(path) for name, path in job["files"].items()}
    corpus = ColumnCorpus(
        files["seed"].parent,
        {0: "text", 1: "ner"},
        train_file=files["seed"].name,
        dev_file=files["one"].name,
        test_file=files["one"].name,
    )
    pool = [Sentence(words) for words, _ in stopwatch.read_sentences(job["files"]["pool"])]
    dev = [Sentence(words) for words, _ in stopwatch.read_sentences(job["files"]["dev"])]
    tagger = {
        "hidden_size": 256,
        "embeddings": TransformerWordEmbeddings(
            job["encoder"], layers="-1", subtoken_pooling="first", fine_tune=True, use_context=False
        ),
        "tag_type": "ner",
        "use_rnn": False,
        "use_crf": True,
        "reproject_embeddings": False,
        "dropout": job["dropout"],
        "word_dropout": 0.0,
        "locked_dropout": 0.0,
    }
    training = {
        "learning_rate": job["lr"],
        "min_learning_rate": 0.0,
        "mini_batch_size": job["batch_size"],
        "max_epochs": job["epochs"],
        "optimizer": AdamW,
        "weight_decay": job["weight_decay"],
        "scheduler": LinearSchedulerWithWarmup,
        "warmup_fraction": job["warm_up"],
        "embeddings_storage_mode": "none",
        "use_final_model_for_eval": True,
        "save_final_model": False,
        "create_file_logs": False,
        "create_loss_file": False,
    }
    learner = ActiveLearner(corpus, MaxNormLogProbSampler(), tagger, training)
    trained, _ = stopwatch.timed(lambda: learner.initialize(job["output"]))
    positions = {id(sentence): number for number, sentence in enumerate(pool)}
    query, (queried, _) = stopwatch.timed(lambda: learner.query(pool, job["query_size"]))
    learner.trained_tagger.predict(dev, mini_batch_size=32)
    tags = [[token.get_tag("ner").value or "O" for token in sentence] for sentence in dev]
    found = [positions[id(sentence)] for sentence in queried]
    stopwatch.write_result(trained, query, found, tags, ("seqal", "flair", "torch", "transformers", "numpy"))


if __name__ == "__main__":
    main()
