"""What the annotation of sentences costs, in seconds of an annotator's time."""

from dataclasses import dataclass
from typing import Mapping


@dataclass(frozen=True)
class AnnotationCost:
    """
    Seconds of work that are the same for each sentence, token and entity.

    The defaults are those of Haertel et al., a linear model fitted to the times that annotators needed in the user
    study of Ringger et al. There, annotators corrected proposed part-of-speech tags of English sentences, and the last
    term was per corrected tag; here, each entity counts as one correction. They give an order of magnitude: measure
    your own annotators where the cost decides something.

    # Parameters

    seconds_per_sentence : `float`, optional (default = `12.57`)
        Seconds that each sentence takes whatever is in it.
    seconds_per_token : `float`, optional (default = `3.795`)
        Seconds for each token, which has to be read.
    seconds_per_entity : `float`, optional (default = `5.387`)
        Seconds for each entity, which has to be marked.

    References: Haertel et al., Assessing the Costs of Sampling Methods in Active Learning for Annotation, ACL 2008.
    Ringger et al., Assessing the Costs of Machine-Assisted Corpus Annotation through a User Study, LREC 2008.
    """

    seconds_per_sentence: float = 12.57
    seconds_per_token: float = 3.795
    seconds_per_entity: float = 5.387


def annotation_seconds(counts: Mapping[str, float], cost: AnnotationCost = AnnotationCost()) -> float:
    """
    The seconds that an annotator needs: a weighted sum of what is annotated.

    # Parameters

    counts : `Mapping[str, float]`
        The number of annotated `sentences`, `tokens` and `entities`, as in the `annotated` of a round's record.
    cost : `AnnotationCost`, optional (default = `AnnotationCost()`)
        The seconds of each.

    # Returns

    `float`
        Seconds.
    """
    return (
        cost.seconds_per_sentence * counts["sentences"]
        + cost.seconds_per_token * counts["tokens"]
        + cost.seconds_per_entity * counts["entities"]
    )


def in_words(seconds: float) -> str:
    """Seconds of work as `45 s`, `24 min` and `1.6 h`."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if round(seconds / 60) < 60 else f"{seconds / 3600:,.1f} h"
