"""
The job by flair: its `SequenceTagger` with the linear head over `TransformerWordEmbeddings`, and `fine_tune`. Flair has
no active learning; the score of a sentence is computed here from the probabilities that its `predict` attaches to
words. Those of all tags are asked for, since `predict` attaches nothing to a word whose tag is O.
"""

import math
from typing import List

import flair
import stopwatch
from flair.data import Corpus, Sentence
from flair.datasets import ColumnDataset
from flair.embeddings import TransformerWordEmbeddings
from flair.models import SequenceTagger
from flair.trainers import ModelTrainer

COLUMNS = {0: "text", 1: "ner"}


def main() -> None:
    """Trains, queries and tags the dev file."""
    job = stopwatch.read_job()
    flair.set_seed(job["seed"])
    corpus = Corpus(train=ColumnDataset(job["files"]["seed"], COLUMNS), sample_missing_splits=False)
    pool = [Sentence(words) for words, _ in stopwatch.read_sentences(job["files"]["pool"])]
    dev = [Sentence(words) for words, _ in stopwatch.read_sentences(job["files"]["dev"])]
    tagger = SequenceTagger(
        embeddings=TransformerWordEmbeddings(
            job["encoder"], layers="-1", subtoken_pooling="first", fine_tune=True, use_context=False
        ),
        tag_dictionary=corpus.make_label_dictionary("ner", add_unk=False),
        tag_type="ner",
        tag_format="BIO",
        use_rnn=False,
        use_crf=False,
        reproject_embeddings=False,
        dropout=job["dropout"],
        word_dropout=0.0,
        locked_dropout=0.0,
    )
    trainer = ModelTrainer(tagger, corpus)
    training, _ = stopwatch.timed(
        lambda: trainer.fine_tune(
            job["output"],
            learning_rate=job["lr"],
            warmup_fraction=job["warm_up"],
            mini_batch_size=job["batch_size"],
            max_epochs=job["epochs"],
            max_grad_norm=job["grad_norm"],
            weight_decay=job["weight_decay"],
            save_final_model=False,
            create_file_logs=False,
            create_loss_file=False,
        )
    )
    query, queried = stopwatch.timed(lambda: least_probable(tagger, pool, job["query_size"]))
    tagger.predict(dev, mini_batch_size=32, force_token_predictions=True)
    tags = [[token.get_label("ner").value for token in sentence] for sentence in dev]
    stopwatch.write_result(training, query, queried, tags, ("flair", "torch", "transformers", "numpy"))


def least_probable(tagger: SequenceTagger, pool: List[Sentence], size: int) -> List[int]:
    """The sentences with the lowest mean log probability of the predicted tags."""
    tagger.predict(pool, mini_batch_size=32, return_probabilities_for_all_classes=True, force_token_predictions=True)

    def mean(sentence: Sentence) -> float:
        highest = [max(label.score for label in token.get_tags_proba_dist("ner")) for token in sentence]
        return sum(map(math.log, highest)) / len(highest)

    means = [mean(sentence) for sentence in pool]
    return sorted(range(len(pool)), key=means.__getitem__)[:size]


if __name__ == "__main__":
    main()
