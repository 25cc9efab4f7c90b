"""The abstract language model."""

from abc import abstractmethod
from typing import Any, Callable, Dict, Iterable, List, Sequence

import numpy as np
from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence

TEXTS = ("tokens", "detokenized")


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

    @abstractmethod
    def perplexities(self, sentences: Sequence[TaggedSentence], frames: Sequence[TaggedSentence]) -> np.ndarray:
        """
        # Parameters

        sentences : `Sequence[TaggedSentence]`
            Only their words count.
        frames : `Sequence[TaggedSentence]`
            For each the parent whose words it keeps, so that a model can be asked that has not read it; a parent is its
            own frame.

        # Returns

        `np.ndarray`
            Equation 9, at least 1. Shape: `(num_sentences,)`
        """

    def texts(self, sentences: Iterable[TaggedSentence]) -> List[str]:
        """The sentences as the model reads them."""
        return [self._join(sentence.tokens) for sentence in sentences]

    def statistics(self) -> Dict[str, Any]:
        """Plain data on the model for the round's record."""
        return {"text": self.text}


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
