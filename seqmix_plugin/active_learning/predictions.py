"""A model's predictions for sentences of the pool, word by word, and the agreement of two models."""

from functools import partial
from typing import Collection, List, Optional, Sequence, Tuple

import numpy as np
import torch

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.data import EncodedSentences, SentenceView, SoftSentences, word_rows
from seqmix_plugin.distributed import summed
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import Span
from seqmix_plugin.functional.agreement import cohens_kappa
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.self_training import SelfTraining, Teacher
from seqmix_plugin.tag_schemes import tags_to_spans


def predict_tags(
    experiment: Experiment, model: SequenceTagger, sentences: SentenceView, device: torch.device
) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    The words of all sentences one after the other: where each sentence begins and where the last ends, of shape
    `(num_sentences + 1,)`; the number of the predicted tag, -1 for a word that was cut; and its probability. In a
    distributed run each process predicts its share, and all have the result.
    """
    starts = np.cumsum([0, *(len(sentence) for sentence in sentences)])
    found = np.zeros((2, int(starts[-1])))
    for batch in experiment.predict([model], sentences, device):
        votes = batch.votes[0]
        certain = batch.probabilities[0].gather(-1, votes.unsqueeze(-1)).squeeze(-1)
        rows = torch.stack([votes + 1.0, certain.float()], dim=1).cpu().numpy()
        for position, row, length in zip(batch.positions.tolist(), rows, batch.mask.sum(dim=1).tolist(), strict=True):
            found[:, starts[position] : starts[position] + length] = row[:, :length]
    numbers, probabilities = summed(found)
    return starts, numbers.astype(int) - 1, probabilities


def predict_probabilities(
    experiment: Experiment, model: SequenceTagger, device: torch.device, sentences: SentenceView
) -> np.ndarray:
    """
    The probabilities of the tags of all words that are not cut, sentence after sentence. In a distributed run each
    process predicts its share, and all have the result. Shape: `(num_words, num_tags)`
    """
    num_words = encoded(experiment, sentences).num_words.astype(np.int64)
    num_tags = experiment.corpora.vocab.get_vocab_size("labels")
    found = np.zeros((int(num_words.sum()), num_tags), dtype=np.float32)
    for batch in experiment.predict([model], sentences, device, description="labelling a part of the pool"):
        found[word_rows(num_words, batch.positions)] = batch.probabilities[0][batch.mask].float().cpu().numpy()
    return summed(found)


def encoded(experiment: Experiment, sentences: SentenceView) -> EncodedSentences:
    """Sentences of the pool as arrays; a `ConfigurationError` for a reader that needs more than their words."""
    found = experiment.encoded(sentences)
    if found is None:
        raise ConfigurationError(
            "trainer.self_training: dataset_reader makes more of sentences than word pieces; expected one token "
            "indexer, of type 'word_piece'"
        )
    return found


def soft_labels(
    experiment: Experiment,
    self_training: SelfTraining,
    model: SequenceTagger,
    unlabelled: SentenceView,
    rng: np.random.Generator,
) -> SoftSentences:
    """Sentences of the pool with the soft labels that a student is trained on; the model is the teacher."""
    device = next(model.parameters()).device
    teacher = Teacher(partial(encoded, experiment), partial(predict_probabilities, experiment, model, device))
    return self_training.label(unlabelled, teacher, rng)


def predict_spans(
    experiment: Experiment, model: SequenceTagger, sentences: SentenceView, device: torch.device
) -> List[Tuple[Span, ...]]:
    """The entities that a model finds in each sentence, each as certain as its least certain word."""
    starts, tags, probabilities = predict_tags(experiment, model, sentences, device)
    names = {**experiment.corpora.vocab.get_index_to_token_vocabulary("labels"), -1: "O"}
    return [
        tuple(
            Span(span.start, span.end, span.label, round(float(certain[span.start : span.end].min()), 4))
            for span in tags_to_spans([names[number] for number in row.tolist()], repair=True)[0]
        )
        for row, certain in zip(np.split(tags, starts[1:-1]), np.split(probabilities, starts[1:-1]), strict=True)
    ]


def kappa(
    sentences: SentenceView, before: Sequence[int], now: Sequence[int], labelled: Collection[str]
) -> Optional[float]:
    """
    Cohen's κ of two predictions for the same sentences, over the words that were not cut, in sentences that are not
    among the labelled ids; `None` when no word is left.
    """
    lengths = [len(sentence) for sentence in sentences]
    counts = np.repeat([sentence.id not in labelled for sentence in sentences], lengths)
    first, second = np.array(before, int), np.array(now, int)
    counts &= (first >= 0) & (second >= 0)
    return cohens_kappa(first[counts], second[counts]) if counts.any() else None
