"""A small language model fitted to the corpus at hand."""

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
from allennlp.common.file_utils import cached_path

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.language_models.language_model import Interval, LanguageModel
from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2, SmallGpt2Settings
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import data_digest
from seqmix_plugin.randomness import reseed_globals
from seqmix_plugin.sentence import TaggedSentence


@LanguageModel.register("in_domain")
class InDomainLanguageModel(LanguageModel):
    """
    A small GPT-2 with a byte-pair vocabulary of its own, fitted once in a run to text without the parents, and kept in
    the run's folder. A model fitted to the parents themselves would measure how well it remembers them.

    The text is that of `text_path` if given; else the sentences of the training file that are not in the pool, if there
    are at least half as many as in the pool; else two models are fitted to two halves of the pool, and each generated
    sentence is scored by the model that was not fitted to the parent whose words it keeps. Equal sentences are always
    in the same half. Fitting holds out a tenth of the text and stops when its perplexity no longer falls; that
    perplexity is recorded.

    Registered as a `LanguageModel` with name "in_domain".

    # Parameters

    text_path : `str`, optional (default = `None`)
        Plain text to fit the model to, one sentence per line with words separated by spaces.
    settings : `SmallGpt2Settings`, optional (default = `SmallGpt2Settings()`)
        Shape and training of the model.
    text : `str`, optional (default = `"tokens"`)
        How words are joined into text, `"tokens"` or `"detokenized"`, for fitting and for scoring; see `LanguageModel`.
        Lines of `text_path` stay as they are.
    language : `str`, optional (default = `"en"`)
        Two-letter code of the language whose rules `"detokenized"` follows.

    # Raises

    `ConfigurationError`
        When the file cannot be read, or there are fewer than 20 distinct sentences to fit the model to.
    """

    has_offsets = True

    def __init__(
        self,
        text_path: Optional[str] = None,
        settings: SmallGpt2Settings = SmallGpt2Settings(),
        text: str = "tokens",
        language: str = "en",
    ) -> None:
        super().__init__(text, language)
        self._settings = settings
        self._lines: Optional[List[str]] = None
        if text_path is not None:
            try:
                content = Path(cached_path(text_path)).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                raise ConfigurationError(f"language_model.text_path {text_path!r} cannot be read ({error})") from error
            self._lines = [" ".join(line.split()) for line in content.splitlines() if line.strip()]
        self._models: List[SmallGpt2] = []
        self._source = ""

    def check_text(self, context: AugmentationContext) -> None:
        all_texts = self._texts(context)
        for texts in all_texts:
            if len(texts) < 20:
                half = "a half of the pool has " if len(all_texts) > 1 else ""
                raise ConfigurationError(
                    f"language_model 'in_domain': {half}{len(texts)} distinct sentences to fit to; at least 20 "
                    f"are needed (text_path can give more)"
                )

    def start_round(self, context: AugmentationContext) -> None:
        if not self._models:
            self.check_text(context)
            texts = self._texts(context)
            self._models = from_primary(lambda: [self._fitted(some, i, context) for i, some in enumerate(texts)])
        for model in self._models:
            model.model.to(context.device)

    @property
    def num_models(self) -> int:
        return len(self._models)

    def model_indices(self, frames: Sequence[TaggedSentence]) -> np.ndarray:
        # Of two models, the one that was fitted to the other half.
        return np.array([(_half(frame) + 1) % len(self._models) for frame in self.texts(frames)], dtype=np.int64)

    def score(
        self, texts: List[str], frames: Sequence[TaggedSentence], windows: Optional[List[Interval]]
    ) -> np.ndarray:
        indices = self.model_indices(frames)
        result = np.empty(len(texts))
        for number in set(indices.tolist()):
            positions = np.flatnonzero(indices == number).tolist()
            own = None if windows is None else [windows[position] for position in positions]
            result[positions] = self._models[number].perplexities([texts[position] for position in positions], own)
        return result

    def statistics(self) -> Dict[str, Any]:
        """The text that the models were fitted to and their perplexity on held-out text."""
        models = [model.record for model in self._models]
        return {"fitted_to": self._source, "models": models, **super().statistics()}

    def _texts(self, context: AugmentationContext) -> List[List[str]]:
        """The text of each model to fit, without sentences that a parent's text equals."""
        readable = list(dict.fromkeys(self.texts(context.text)))
        inside = set(readable)
        if self._lines is not None:
            self._source = "text_path"
            inside.update(sentence.text for sentence in context.text)  # the file may have either form
            return [[text for text in dict.fromkeys(self._lines) if text not in inside]]
        outside = [text for text in dict.fromkeys(self.texts(context.outside)) if text not in inside]
        if 2 * len(outside) >= len(readable):
            self._source = "outside the slice"
            return [outside]
        self._source = "two halves of the slice"
        return [[text for text in readable if _half(text) == half] for half in (0, 1)]

    def _fitted(self, texts: List[str], number: int, context: AugmentationContext) -> SmallGpt2:
        """The model from the run's folder, or a new one."""
        folder = context.folder / "language_model" / str(number)
        digest = data_digest([texts, self.text, vars(self._settings), context.seed])
        model = SmallGpt2.load(folder, digest)
        if model is None:
            # Of no round, so that the result does not depend on the round in which it is fitted.
            reseed_globals(context.seed, 0, f"augment/language_model/{number}")
            model = SmallGpt2.fit(texts, self._settings, context.device)
            model.save(folder, digest)
            model.model.to("cpu")  # for processes with other devices
        return model


def _half(text: str) -> int:
    """0 or 1, always the same for equal texts."""
    return hashlib.sha256(text.encode()).digest()[0] % 2
