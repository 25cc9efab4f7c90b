"""Entity F1 by exact match."""

from collections import Counter
from typing import Dict, List, Sequence

import torch.distributed
from allennlp.common.util import is_distributed
from allennlp.training.metrics import Metric
from seqeval.metrics.sequence_labeling import get_entities


@Metric.register("entity_f1")
class EntityF1(Metric):
    """
    Precision, recall and F1 of entities, micro-averaged over types. An entity is correct when its borders and its type
    equal the gold ones. Entities are read from the tags by seqeval in the manner of conlleval, so that an `I-` tag
    without a beginning starts one. Only counts are kept, which are summed over the processes of a distributed run.

    Registered as a `Metric` with name "entity_f1".
    """

    def __init__(self) -> None:
        self._correct: Counter[str] = Counter()
        self._predicted: Counter[str] = Counter()
        self._gold: Counter[str] = Counter()

    def __call__(  # type: ignore[override]
        self, predicted_tags: Sequence[Sequence[str]], gold_tags: Sequence[Sequence[str]]
    ) -> None:
        """
        Counts a batch of sentences.

        # Parameters

        predicted_tags : `Sequence[Sequence[str]]`
            Predicted BIO tags. A sentence that was cut has fewer than gold; its missing words count as O.
        gold_tags : `Sequence[Sequence[str]]`
            Gold BIO tags of the whole sentences.

        # Raises

        `ValueError`
            When a sentence has more predicted than gold tags.
        """
        for predicted, gold in zip(predicted_tags, gold_tags, strict=True):
            if len(predicted) > len(gold):
                raise ValueError(f"{len(predicted)} predicted tags for a sentence of {len(gold)} gold tags")
            found = set(get_entities(list(predicted)))
            wanted = set(get_entities(list(gold)))
            self._predicted.update(label for label, _, _ in found)
            self._gold.update(label for label, _, _ in wanted)
            self._correct.update(label for label, _, _ in found & wanted)

    def get_metric(self, reset: bool = False) -> Dict[str, float]:
        """
        Computes the scores of all batches since the last reset.

        # Parameters

        reset : `bool`, optional (default = `False`)
            Whether to reset the counts afterwards.

        # Returns

        `Dict[str, float]`
            `precision`, `recall` and `f1` in [0, 1] over all types, and `TYPE/precision`, `TYPE/recall`, `TYPE/f1` for
            each type; 0 where nothing was predicted or there is no gold entity.
        """
        counts = self._gathered()
        if reset:
            self.reset()
        totals: List[Counter[str]] = [sum(some, Counter()) for some in zip(*counts, strict=True)]
        correct, predicted, gold = totals
        scores = _scores("", correct.total(), predicted.total(), gold.total())
        for label in sorted(predicted.keys() | gold.keys()):
            scores.update(_scores(f"{label}/", correct[label], predicted[label], gold[label]))
        return scores

    def reset(self) -> None:
        """Forgets all counts."""
        self._correct, self._predicted, self._gold = Counter(), Counter(), Counter()

    def _gathered(self) -> List[List[Counter[str]]]:
        own = [self._correct, self._predicted, self._gold]
        if not is_distributed():
            return [own]
        everyones: List[List[Counter[str]]] = [own] * torch.distributed.get_world_size()
        torch.distributed.all_gather_object(everyones, own)
        return everyones


def _scores(prefix: str, correct: int, predicted: int, gold: int) -> Dict[str, float]:
    precision = correct / predicted if predicted else 0.0
    recall = correct / gold if gold else 0.0
    f1 = 2 * correct / (predicted + gold) if predicted + gold else 0.0
    return {f"{prefix}precision": precision, f"{prefix}recall": recall, f"{prefix}f1": f1}
