"""A complete run, and the share of its time outside the arithmetic."""

import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from typing import Any, Callable, Dict, Iterator
from unittest.mock import patch

import torch
from allennlp.common import Params
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from transformers import GPT2LMHeadModel

from benchmarks.checkpoints import gpt2_folder
from benchmarks.row import Entry, Value
from benchmarks.setting import CONFIGURATION, Setting
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from seqmix_plugin.metrics import EntityF1
from seqmix_plugin.models import SequenceTagger

OVERHEAD = 0.15
SECONDS_ON_A_GPU = 60.0


def rows(setting: Setting) -> Iterator[Entry]:
    """The paper's five rounds on 700 sentences."""
    on_gpu = setting.device.type == "cuda"
    name, folder = next(iter(setting.encoders.items()))
    changes: Dict[str, Any] = {"trainer__pool__size": 700, "trainer__num_rounds": 5}
    if setting.quick:
        changes = {"trainer__pool__size": 60, "trainer__seed_size": 20, "trainer__query_size": 10}
        changes.update(trainer__num_rounds=1, trainer__trainer__num_epochs=1)
    augmenter = shipped_augmenter()
    if setting.quick:
        augmenter["discriminator"]["language_model"]["settings"] = {"max_epochs": 1, "max_sentences": 60}
    said = "a language model fitted to the corpus"
    if on_gpu and not setting.quick:
        said = "GPT-2 shape"
        model = {"type": "pretrained", "model_name": gpt2_folder(setting)}
        augmenter["discriminator"] = {"type": "perplexity", "language_model": model, "quantile": [0, 0.5]}
    built = setting.build(
        folder,
        validation_data_path=str(setting.corpus.dev),
        test_data_path=str(setting.corpus.test),
        trainer__augmenter=augmenter,
        **changes,
    )
    watch = Watch(setting.device)
    with watch:
        start = watch.now()
        built.training.run()
        total = watch.now() - start
    label = f"the whole experiment, {name} and {said}"
    parts = watch.parts(total)
    note = "the GPU is waited for before and after each call" if on_gpu else ""
    if on_gpu:
        yield Value(f"{label}: seconds after start-up", total, "s", SECONDS_ON_A_GPU, note=note)
    share = 1 - sum(watch.arithmetic.values()) / total
    yield Value(f"{label}: time outside forward, backward and optimizer", share, "share", OVERHEAD, parts, note)


def shipped_augmenter() -> Dict[str, Any]:
    """The augmenter of the shipped configuration."""
    return Params.from_file(str(CONFIGURATION))["trainer"]["augmenter"].as_dict(quiet=True)


BETWEEN = "between stages"
STAGES = (
    *((ActiveLearningLoop, name) for name in ("train_committee", "query", "annotate", "augment", "train")),
    (Experiment, "measure"),
)


class Watch:
    """
    Times what a run does while it is entered: forward calls of tagger and language model, outermost ones, without the
    counting of entities; backward; the optimizer's steps. All else is overhead, by the stage that it falls into.

    # Parameters

    device : `torch.device`
        A GPU is waited for before and after each.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stack = ExitStack()
        self._depth = 0
        self._stage = BETWEEN
        self.arithmetic: Dict[str, float] = defaultdict(float)
        self.calls: Counter = Counter()
        self.counting = 0.0
        self._step_start = 0.0
        self._in_stages: Dict[str, float] = defaultdict(float)
        self._seconds: Dict[str, float] = defaultdict(float)

    def __enter__(self) -> "Watch":
        for owner, name, part in (
            (SequenceTagger, "forward", "forward"),
            (GPT2LMHeadModel, "forward", "forward"),
            (torch.Tensor, "backward", "backward"),
        ):
            self._stack.enter_context(patch.object(owner, name, self._timed(getattr(owner, name), part)))
        # Torch's own hooks: each class of optimizers has a step that torch wrapped when it was first used.
        for hook in (
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ):
            self._stack.callback(hook.remove)
        self._stack.enter_context(patch.object(EntityF1, "__call__", self._uncounted(EntityF1.__call__)))
        for owner, name in STAGES:
            self._stack.enter_context(
                patch.object(owner, name, self._staged(getattr(owner, name), name.removeprefix("train_")))
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def now(self) -> float:
        """Seconds, after the GPU has finished its work."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return time.perf_counter()

    def parts(self, total: float) -> Dict[str, float]:
        """Seconds of arithmetic and, per stage, of everything else."""
        overhead = {stage: seconds - self._in_stages[stage] for stage, seconds in self._seconds.items()}
        overhead[BETWEEN] = total - sum(self._seconds.values()) - self._in_stages[BETWEEN]
        shown = {f"{name} (s)": seconds for name, seconds in self.arithmetic.items()}
        shown.update((f"overhead of {stage} (s)", seconds) for stage, seconds in overhead.items())
        return {name: round(seconds, 3) for name, seconds in shown.items()}

    def _add(self, part: str, seconds: float) -> None:
        self.arithmetic[part] += seconds
        self._in_stages[self._stage] += seconds

    def _timed(self, work: Callable[..., Any], part: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **keywords: Any) -> Any:
            if self._depth:
                return work(*arguments, **keywords)
            self._depth += 1
            start = self.now()
            try:
                return work(*arguments, **keywords)
            finally:
                self._add(part, self.now() - start)
                self.calls[part] += 1
                self._depth -= 1

        return timed

    def _before_step(self, *arguments: Any) -> None:
        self._step_start = self.now()

    def _after_step(self, *arguments: Any) -> None:
        self._add("optimizer", self.now() - self._step_start)
        self.calls["optimizer"] += 1

    def _uncounted(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def uncounted(*arguments: Any, **keywords: Any) -> Any:
            start = self.now()
            try:
                return work(*arguments, **keywords)
            finally:
                seconds = self.now() - start
                self.counting += seconds
                if self._depth:
                    self._add("forward", -seconds)

        return uncounted

    def _staged(self, work: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def staged(*arguments: Any, **keywords: Any) -> Any:
            outer, self._stage, start = self._stage, stage, self.now()
            try:
                return work(*arguments, **keywords)
            finally:
                seconds = self.now() - start
                self._seconds[stage] += seconds
                if outer != BETWEEN:  # measuring is a part of training's stage
                    self._seconds[outer] -= seconds
                self._stage = outer

        return staged
