"""The abstract language model."""

from abc import abstractmethod
from os.path import commonprefix
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.sentence import TaggedSentence

Interval = Tuple[int, int]
"""Begin and end (exclusive), in words, characters or pieces."""


class LanguageModel(Registrable):
    """
    Gives the perplexity of sentences or of windows in them.

    # Parameters

    text : `str`, optional (default = `"tokens"`)
        How words are joined into text: `"tokens"` joins them with one space; `"detokenized"` writes them as people do
        ("Anna's house." for "Anna 's house ."), by the Moses rules of the package `sacremoses`.
    language : `str`, optional (default = `"en"`)
        Two-letter code of the language whose rules `"detokenized"` follows; a language without rules of its own gets
        the common ones.

    # Raises

    `ConfigurationError`
        When `text` is neither, or `sacremoses` is needed and not installed.
    """

    default_implementation = "pretrained"

    has_offsets: bool = False
    """Whether the tokenizer gives the offsets of its pieces in the text, so that windows can be scored."""

    def __init__(self, text: str = "tokens", language: str = "en") -> None:
        self.text = one_of("language_model.text", text, ("tokens", "detokenized"))
        self._join: Callable[[Sequence[str]], str] = _detokenizer(language) if text == "detokenized" else " ".join

    def check_text(self, context: AugmentationContext) -> None:
        """Raises a `ConfigurationError` when there is too little text; called before any work is done."""

    def start_round(self, context: AugmentationContext) -> None:
        """Prepares for a round, before its sentences are scored; a model that must be fitted is fitted here."""

    @property
    def num_models(self) -> int:
        """The number of models, each with a perplexity scale of its own; known once a round has started."""
        return 1

    def model_indices(self, frames: Sequence[TaggedSentence]) -> np.ndarray:
        """The index of the model that scores the children of each frame. Shape: `(num_sentences,)`"""
        return np.zeros(len(frames), dtype=np.int64)

    def perplexities(
        self,
        sentences: Sequence[TaggedSentence],
        frames: Sequence[TaggedSentence],
        windows: Optional[Sequence[Interval]] = None,
    ) -> np.ndarray:
        """
        The perplexity (equation 9) of each sentence, or of a window in it.

        # Parameters

        sentences : `Sequence[TaggedSentence]`
            Sentences to score by their words.
        frames : `Sequence[TaggedSentence]`
            The parent whose words each sentence keeps, which must not be in the training text of the model that scores
            it; a parent is its own frame.
        windows : `Sequence[Interval]`, optional (default = `None`)
            The words of each sentence that are counted, with the others as context; by default all words.

        # Returns

        `np.ndarray`
            At least 1, and 1 where there is no piece to count. Shape: `(num_sentences,)`
        """
        texts = self.texts(sentences)
        return self.score(texts, frames, self.window_offsets(sentences, texts, windows)) if texts else np.empty(0)

    @abstractmethod
    def score(
        self, texts: List[str], frames: Sequence[TaggedSentence], windows: Optional[List[Interval]]
    ) -> np.ndarray:
        """
        The perplexity of each text, or of a window in it.

        # Parameters

        texts : `List[str]`
            The sentences as text; at least one.
        frames : `Sequence[TaggedSentence]`
            The parent whose words each sentence keeps.
        windows : `List[Interval]`, optional
            The part of each text that is counted, in characters; `None` for all of it.

        # Returns

        `np.ndarray`
            At least 1, and 1 where there is no piece to count. Shape: `(num_texts,)`
        """

    def texts(self, sentences: Iterable[TaggedSentence]) -> List[str]:
        """The sentences as text."""
        return [self._join(sentence.tokens) for sentence in sentences]

    def window_offsets(
        self, sentences: Sequence[TaggedSentence], texts: Sequence[str], windows: Optional[Sequence[Interval]]
    ) -> Optional[List[Interval]]:
        """The offsets of each window in the text of its sentence, in characters; `None` without windows."""
        if windows is None:
            return None
        offsets = []
        for sentence, text, window in zip(sentences, texts, windows, strict=True):
            # Words are joined from left to right, so that the text of the first words begins the whole text.
            firsts = (self._join(sentence.tokens[:word]) for word in window)
            begin, end = (len(commonprefix([text, first])) for first in firsts)  # noqa: RUF071  no paths
            offsets.append((begin, end))
        return offsets

    def statistics(self) -> Dict[str, Any]:
        """Plain data about the model for the round's record."""
        return {"text": self.text}


def pieces_at(offsets: Sequence[Interval], window: Interval) -> Interval:
    """
    Finds the pieces with a character in a window of the text.

    # Parameters

    offsets : `Sequence[Interval]`
        Offsets of each piece in characters; empty for a special piece.
    window : `Interval`
        Offsets of the window in characters.

    # Returns

    `Interval`
        Index of the first of these pieces and the end of them; `(0, 0)` when there is none.
    """
    inside = [number for number, (begin, end) in enumerate(offsets) if begin < min(end, window[1]) and end > window[0]]
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
    # Words of a column file have none of the escapes of Moses' own tokenizer.
    return lambda words: moses.detokenize(list(words), unescape=False)
