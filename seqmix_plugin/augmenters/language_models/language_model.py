"""The abstract language model."""

from abc import abstractmethod
from os.path import commonprefix
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence

TEXTS = ("tokens", "detokenized")

Span = Tuple[int, int]
"""A begin and an end (exclusive), in words, characters or pieces."""


class LanguageModel(Registrable):
    """
    Gives the perplexity of sentences.

    # Parameters

    text : `str`, optional (default = `"tokens"`)
        What the model reads: `tokens`, the words joined by one space, or `detokenized`, the words put together as
        people write ("Anna's house." for "Anna 's house ."), by the Moses rules of the package `sacremoses`.
    language : `str`, optional (default = `"en"`)
        Whose rules `detokenized` follows, as a code of two letters; a language without rules of its own gets those that
        all share.

    # Raises

    `ConfigurationError`
        When `text` is neither, or `sacremoses` is needed and not installed.
    """

    default_implementation = "pretrained"

    def __init__(self, text: str = "tokens", language: str = "en") -> None:
        if text not in TEXTS:
            raise ConfigurationError(f"language_model.text is {text!r}; expected one of {', '.join(TEXTS)}")
        self.text = text
        self._join: Callable[[Sequence[str]], str] = _detokenizer(language) if text == "detokenized" else " ".join

    def check_text(self, workbench: Workbench) -> None:
        """Called before any work is done; raises a `ConfigurationError` when there is too little text to fit to."""

    def start_round(self, workbench: Workbench) -> None:
        """Called before the sentences of a round are scored; whatever must be fitted is fitted here."""

    tells_places: bool = False
    """Whether it can be asked about windows: its tokenizer tells which of its pieces stand for which words."""

    @property
    def num_models(self) -> int:
        """How many models judge, each with a scale of its own; known once a round has started."""
        return 1

    def asked(self, frames: Sequence[TaggedSentence]) -> np.ndarray:
        """The number of the model that is asked for the children of each frame. Shape: `(num_sentences,)`"""
        return np.zeros(len(frames), dtype=np.int64)

    @abstractmethod
    def perplexities(
        self,
        sentences: Sequence[TaggedSentence],
        frames: Sequence[TaggedSentence],
        windows: Optional[Sequence[Span]] = None,
    ) -> np.ndarray:
        """
        # Parameters

        sentences : `Sequence[TaggedSentence]`
            Only their words count.
        frames : `Sequence[TaggedSentence]`
            For each the parent whose words it keeps, so that a model can be asked that has not read it; a parent is its
            own frame.
        windows : `Sequence[Span]`, optional (default = `None`)
            For each the words whose pieces count, the others being their context; by default all words.

        # Returns

        `np.ndarray`
            Equation 9, at least 1, and 1 where there is no piece to count. Shape: `(num_sentences,)`
        """

    def texts(self, sentences: Iterable[TaggedSentence]) -> List[str]:
        """The sentences as the model reads them."""
        return [self._join(sentence.tokens) for sentence in sentences]

    def places(self, sentences: Sequence[TaggedSentence], texts: Sequence[str], windows: Sequence[Span]) -> List[Span]:
        """Where the words of each window stand in the text of its sentence, in characters."""
        places = []
        for sentence, text, window in zip(sentences, texts, windows, strict=True):
            # Words are put together from left to right, so that the text of the first words begins the whole text.
            firsts = (self._join(sentence.tokens[:word]) for word in window)
            begin, end = (len(commonprefix([text, first])) for first in firsts)  # noqa: RUF071  no paths
            places.append((begin, end))
        return places

    def statistics(self) -> Dict[str, Any]:
        """Plain data on the model for the round's record."""
        return {"text": self.text}


def pieces_at(offsets: Sequence[Span], place: Span) -> Span:
    """
    The pieces that hold a character of a place in a text.

    # Parameters

    offsets : `Sequence[Span]`
        The characters of each piece; an empty span for a special one.
    place : `Span`
        In characters.

    # Returns

    `Span`
        The first of these pieces and the end of them; `(0, 0)` when there is none.
    """
    inside = [number for number, (begin, end) in enumerate(offsets) if begin < min(end, place[1]) and end > place[0]]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _detokenizer(language: str) -> Callable[[Sequence[str]], str]:
    try:
        from sacremoses import MosesDetokenizer
    except ImportError as error:
        raise ConfigurationError(
            f"language_model.text: 'detokenized' needs the package sacremoses, which cannot be imported ({error}); "
            f"install it with: pip install sacremoses"
        ) from error
    moses = MosesDetokenizer(lang=language)
    # A column file's words are written as they are, not with the escapes of Moses' own tokenizer.
    return lambda words: moses.detokenize(list(words), unescape=False)
