"""A small language model fitted to the corpus at hand."""

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path

from seqmix_plugin.augmenters.language_models.language_model import LanguageModel, Span
from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2, SmallGpt2Settings
from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.distributed import from_primary
from seqmix_plugin.sentence import TaggedSentence

FOLDER = "language_model"
FEWEST_SENTENCES = 20


@LanguageModel.register("in_domain")
class InDomainLanguageModel(LanguageModel):
    """
    A small GPT-2 with a byte-pair vocabulary of its own, fitted once a run to text that no parent comes from and kept
    in the run's folder: fitted to the parents themselves, it would measure its epochs, not plausibility.

    The text is that of `text_path` if given; else the training file's sentences outside the slice, if they are at least
    half as many as those inside; else two models are fitted to two halves of the slice, and a child is scored by the
    one that has not read the parent whose words it keeps (the other parent's words are not in it). Equal sentences are
    always on one side. A tenth of the text is held out: fitting stops when its perplexity no longer falls, and that
    perplexity is recorded.

    Registered as a `LanguageModel` with name "in_domain".

    # Parameters

    text_path : `str`, optional (default = `None`)
        Plain text, one sentence a line, words separated by spaces.
    settings : `SmallGpt2Settings`, optional (default = `SmallGpt2Settings()`)
        Shape and training of the model.
    text : `str`, optional (default = `"tokens"`)
        `tokens` or `detokenized`; see `LanguageModel`. Sentences that the model is fitted to are read like those that
        it is asked for; lines of `text_path` stay as they are.
    language : `str`, optional (default = `"en"`)
        Whose rules `detokenized` follows.

    # Raises

    `ConfigurationError`
        When the file cannot be read, or there are fewer than 20 distinct sentences to fit to.
    """

    tells_places = True

    def __init__(
        self,
        text_path: Optional[str] = None,
        settings: Optional[SmallGpt2Settings] = None,
        text: str = "tokens",
        language: str = "en",
    ) -> None:
        super().__init__(text, language)
        self._settings = settings or SmallGpt2Settings()
        self._lines: Optional[List[str]] = None
        if text_path is not None:
            try:
                content = Path(cached_path(text_path)).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                raise ConfigurationError(f"language_model.text_path {text_path!r} cannot be read ({error})") from error
            self._lines = [" ".join(line.split()) for line in content.splitlines() if line.strip()]
        self._models: List[SmallGpt2] = []
        self._source = ""

    def check_text(self, workbench: Workbench) -> None:
        for texts in self._texts(workbench):
            _check_size(texts)

    def start_round(self, workbench: Workbench) -> None:
        if not self._models:
            texts = self._texts(workbench)
            self._models = from_primary(
                lambda: [self._fitted(texts[half], half, workbench) for half in range(len(texts))]
            )
        for model in self._models:
            model.to(workbench.device)

    @property
    def num_models(self) -> int:
        return len(self._models)

    def asked(self, frames: Sequence[TaggedSentence]) -> np.ndarray:
        # With two models, number h was fitted to half h, so the other one is asked.
        return np.array([(_half(frame) + 1) % len(self._models) for frame in self.texts(frames)], dtype=np.int64)

    def perplexities(
        self,
        sentences: Sequence[TaggedSentence],
        frames: Sequence[TaggedSentence],
        windows: Optional[Sequence[Span]] = None,
    ) -> np.ndarray:
        texts, asked = self.texts(sentences), self.asked(frames)
        places = None if windows is None else self.places(sentences, texts, windows)
        result = np.empty(len(texts))
        for number, model in enumerate(self._models):
            positions = np.flatnonzero(asked == number).tolist()
            own = None if places is None else [places[position] for position in positions]
            result[positions] = model.perplexities([texts[position] for position in positions], own)
        return result

    def statistics(self) -> Dict[str, Any]:
        """What the models were fitted to and their perplexity on held-out text."""
        models = [model.record for model in self._models]
        return {"fitted_to": self._source, "models": models, **super().statistics()}

    def _texts(self, workbench: Workbench) -> List[List[str]]:
        """The text of each model to fit. Two sentences are the same when the model reads the same, however cut."""
        readable = list(dict.fromkeys(self.texts(workbench.text)))
        inside = set(readable)
        if self._lines is not None:
            self._source = "text_path"
            inside.update(sentence.text for sentence in workbench.text)  # the file may hold either
            return [[text for text in dict.fromkeys(self._lines) if text not in inside]]
        outside = [text for text in dict.fromkeys(self.texts(workbench.outside)) if text not in inside]
        if 2 * len(outside) >= len(readable):
            self._source = "outside the slice"
            return [outside]
        self._source = "two halves of the slice"
        return [[text for text in readable if _half(text) == half] for half in (0, 1)]

    def _fitted(self, texts: Sequence[str], number: int, workbench: Workbench) -> SmallGpt2:
        _check_size(texts)
        folder = workbench.folder / FOLDER / str(number)
        fitted_to = [list(texts), self.text, vars(self._settings), workbench.seed]
        digest = hashlib.sha256(json.dumps(fitted_to).encode()).hexdigest()
        kept = SmallGpt2.load(folder, digest)
        if kept is not None:
            return kept
        workbench.reseed_globals(f"language_model/{number}")
        model = SmallGpt2.fit(texts, self._settings, workbench.device)
        model.save(folder, digest)
        model.to(torch.device("cpu"))  # so that it can be given to processes with other devices
        return model


def _check_size(texts: Sequence[str]) -> None:
    if len(texts) < FEWEST_SENTENCES:
        raise ConfigurationError(
            f"language_model 'in_domain': {len(texts)} distinct sentences to fit to; at least {FEWEST_SENTENCES} are "
            f"needed (text_path can give more)"
        )


def _half(text: str) -> int:
    """0 or 1, the same for equal texts in every run."""
    return hashlib.sha256(text.encode()).digest()[0] % 2
