"""A trained tagger, for Python and notebooks."""

import html
import os
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Sequence, Tuple, Union

from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.sentence_files.records import has_columns

if TYPE_CHECKING:
    from seqmix_plugin.predictors import SequenceTaggerPredictor

EXPECTED = "expected a list of sentences, each a text or a list of words"
STYLE = "background: #0072b233; border-radius: 3px; padding: 0 3px"


class Entity(NamedTuple):
    """The words from `start` to `end` (exclusive) of a sentence, and the probability of the least certain of them."""

    label: str
    text: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Prediction:
    """
    The predicted tags of a sentence. In a notebook its entities are marked.

    # Parameters

    words : `Tuple[str, ...]`
        The words.
    tags : `Tuple[str, ...]`
        A BIO tag for each word.
    entities : `Tuple[Entity, ...]`
        The entities, in the order of the sentence.
    output : `Dict[str, Any]`
        What `seqmix predict` prints for the sentence, with the probability of each tag for each word.
    """

    words: Tuple[str, ...]
    tags: Tuple[str, ...]
    entities: Tuple[Entity, ...]
    output: Dict[str, Any]

    def __repr__(self) -> str:
        found = ", ".join(f"{one.text} ({one.label} {one.probability:.2f})" for one in self.entities)
        return f"<Prediction: {' '.join(self.words)} | {found or 'no entity'}>"

    def _repr_html_(self) -> str:
        parts, end = [], 0
        for one in self.entities:
            parts += [html.escape(" ".join(self.words[end : one.start]))] if one.start > end else []
            label = f"<small>{html.escape(one.label)} {one.probability:.2f}</small>"
            parts.append(f'<span style="{STYLE}">{html.escape(one.text)} {label}</span>')
            end = one.end
        return " ".join([*parts, html.escape(" ".join(self.words[end:]))])


class Predictions(List[Prediction]):
    """Predictions as a list, which a notebook shows with a line each."""

    def _repr_html_(self) -> str:
        return "<br>".join(prediction._repr_html_() for prediction in self)


class Tagger:
    """
    A trained tagger, on the CPU.

    # Parameters

    source : `Union[str, os.PathLike[str]]`
        A run's folder or its `model.tar.gz`.

    # Raises

    `ConfigurationError`
        When there is no such model.
    """

    def __init__(self, source: Union[str, "os.PathLike[str]"]) -> None:
        from seqmix_plugin.archives import load_tagger
        from seqmix_plugin.predictors import SequenceTaggerPredictor

        with python_errors():
            model, reader = load_tagger(os.fspath(source))
        self.source = os.fspath(source)
        self._predictor = SequenceTaggerPredictor(model.eval(), reader)

    def predict(self, sentences: Sequence[Union[str, Sequence[str]]], batch_size: int = 32) -> Predictions:
        """
        Tags sentences, as `seqmix predict` does.

        # Parameters

        sentences : `Sequence[Union[str, Sequence[str]]]`
            Each a text, which is split as the run's reader does and otherwise at white space, or its words.
        batch_size : `int`, optional (default = `32`)
            The number of sentences that the model tags together.

        # Returns

        `Predictions`
            A list with one `Prediction` for each sentence.

        # Raises

        `ConfigurationError`
            For anything else than a list of sentences, for an empty sentence, and for a `batch_size` below 1.
        """
        return predictions(self._predictor, sentences, batch_size)

    def __repr__(self) -> str:
        return f"<Tagger of {self.source}>"


@python_errors()
def predictions(
    predictor: "SequenceTaggerPredictor", sentences: Sequence[Union[str, Sequence[str]]], batch_size: int = 32
) -> Predictions:
    """What a predictor finds in sentences; see `Tagger.predict`."""
    if is_table(sentences):
        raise ConfigurationError(f"sentences is a {type(sentences).__name__}; {EXPECTED}")
    if isinstance(sentences, str) or not hasattr(sentences, "__iter__"):
        raise ConfigurationError(f"sentences is {quoted(sentences)}; {EXPECTED}")
    at_least("batch_size", batch_size, 1)
    inputs = [_input(place, sentence) for place, sentence in enumerate(sentences)]
    found = Predictions()
    for start in range(0, len(inputs), batch_size):
        found += map(_prediction, predictor.predict_batch_json(inputs[start : start + batch_size]))
    return found


def is_table(value: Any) -> bool:
    """Whether a value is a mapping, a frame or a data set, which yields its keys or columns."""
    return isinstance(value, AnyMapping) or has_columns(value)


def _input(place: int, sentence: Any) -> Dict[str, Any]:
    """A sentence as the predictor takes it."""
    if isinstance(sentence, str):
        return {"sentence": sentence}
    if is_table(sentence) or not hasattr(sentence, "__iter__"):
        raise ConfigurationError(f"sentence {place} is {quoted(sentence)}; {EXPECTED}")
    return {"tokens": list(sentence)}


def _prediction(output: Dict[str, Any]) -> Prediction:
    entities = [Entity(**span) for span in output["spans"]]
    return Prediction(tuple(output["words"]), tuple(output["tags"]), tuple(entities), output)
