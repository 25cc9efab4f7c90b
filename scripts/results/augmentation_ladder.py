"""What each form of augmentation gains over none, on a labelled set without rounds."""

from dataclasses import replace
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

from scripts.results.figures import Charts
from scripts.results.one_training import differences, reached, significant
from scripts.results.records import EVERY, Corpus, environment, methods_of, progress
from scripts.results.wording import bullets, verdicts
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import between, counted, signed
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.run_groups import Group

NAME = "augmentation_ladder"
NONE, FRAMES, PAPERS = "none", "duplicate", "paper"
SEQMIX = (
    PAPERS,
    "paper_rate_0.2",
    "csls",
    "dominant",
    "window_perplexity",
    "label_constrained",
    "repaired",
    "hidden_mixing",
)
OTHERS = ("mention_replacement", "lwtr", "shuffle", "mixture", "mixture_pass")
SIZES = (100, 200)
BEST = 2
"""How many of the forms are compared with repeated sentences, too."""
INTRODUCTION = """\
A random set of 100 or 200 sentences is labelled, and one fresh MiniLM is trained on it for 300 steps of 16 sentences,
whatever is added to it (`training_configs/augmentation_ladder/`;
[a table](../training_configs/README.md#our-own-experiments) says what each name stands for). All forms but `none` and
`hidden_mixing` add as many sentences as are labelled, `paper_rate_0.2` a fifth of that; `duplicate` repeats the
sentences into which `paper` inserts its windows. The pairs that are tested were named beforehand: each form against
`none`, and the best two by dev against `duplicate`. These are 16 pairs, of which one can pass Holm's correction with 10
seeds or more: with 8 the verdict is that over both corpora.
"""


class Rung(NamedTuple):
    """A corpus, and how many of its sentences are labelled."""

    corpus: Corpus
    size: int

    @property
    def title(self) -> str:
        """As headings name it."""
        return f"{self.corpus.title}, {self.size} labelled sentences"

    @property
    def spoken(self) -> str:
        """As sentences name it."""
        return f"{self.size} labelled sentences of {self.corpus.title}"


def section(results: Path) -> str:
    """All of the experiment."""
    found = found_in(results)
    parts = ["## What augmentation gains\n", INTRODUCTION, progress(results, NAME, [f"{size}_" for size in SIZES])]
    for rung, one in found.items():
        parts += [f"### {rung.title}\n", environment({rung.corpus: one}), reached(one).markdown()]
        parts += differences(one, f"with {rung.size} sentences of {rung.corpus.title}")
        told = [best(one, split) for split in reversed(one.splits)]
        parts.append(bullets([f"{text[0].upper()}{text[1:]}" for text in told if text is not None]))
    return "\n".join([*parts, *_over_corpora(found)])


def pictures(results: Path) -> Charts:
    """There are no curves."""
    return {}


def found_in(results: Path) -> Dict[Rung, Comparison]:
    """The comparisons of the experiment, where there is a form of augmentation beside `none`."""
    found = {}
    for corpus in EVERY:
        groups = {group.name: group for group in methods_of([results / NAME], corpus)}
        for size in SIZES:
            names = [name for name in (NONE, FRAMES, *SEQMIX, *OTHERS) if f"{size}_{name}" in groups]
            if NONE in names and len(names) > 1:
                found[Rung(corpus, size)] = _compared([replace(groups[f"{size}_{name}"], name=name) for name in names])
    return found


def _compared(groups: Sequence[Group]) -> Comparison:
    """The named pairs: each with `none`, and the best of those with the most seeds with `duplicate`."""
    pairs = [(group.name, NONE) for group in groups if group.name != NONE]
    planned = len((FRAMES, *SEQMIX, *OTHERS)) + BEST
    found = Comparison(groups, named=pairs, planned=planned)
    if FRAMES in {group.name for group in groups}:
        pairs += [(pair.first, FRAMES) for pair in _best(found, (*SEQMIX, *OTHERS))[:BEST]]
    return replace(found, named=pairs)


def _gains(found: Comparison, split: str) -> Dict[str, PairedComparison]:
    """What each form gains over `none`, as far as two seeds have both."""
    pairs = (pair for pair in found.pairs.get(split, []) if pair.second == NONE)
    return {pair.first: pair for pair in pairs if len(pair.units) > 1}


def _best(found: Comparison, names: Sequence[str]) -> List[PairedComparison]:
    """Those of these forms that have the most seeds, the one that gains most on dev first."""
    gains = [pair for name, pair in _gains(found, "dev").items() if name in names]
    most = max((len(pair.units) for pair in gains), default=0)
    return sorted((pair for pair in gains if len(pair.units) == most), key=lambda pair: -pair.difference)


def best(found: Comparison, split: str) -> Optional[str]:
    """What the paper's SeqMix gains over `none`, and the form of it and the one of the others that are best on dev."""
    gains = _gains(found, split)
    chosen = {"SeqMix as in the paper": PAPERS}
    for text, names in (("the best form of SeqMix on dev", SEQMIX), ("the best of the others on dev", OTHERS)):
        chosen |= {f"{text} (`{pair.first}`)": pair.first for pair in _best(found, names)[:1] if pair.first != PAPERS}
    shown = {text: gains[name] for text, name in chosen.items() if name in gains}
    if not shown:
        return None
    told = ", ".join(
        f"{text} {signed(pair.difference)} [{between(pair.interval)}] ({counted(len(pair.units), 'seed')})"
        for text, pair in shown.items()
    )
    return f"in {split} F1 points over no augmentation: {told}; {significant(*shown.values())}."


def front(results: Path) -> Optional[str]:
    """What SeqMix gains on the test file of the rung with the most seeds, for README; `None` before there are two."""
    found = {rung: one for rung, one in found_in(results).items() if PAPERS in _gains(one, "test")}
    if not found:
        return None
    rung, one = max(found.items(), key=lambda item: len(_gains(item[1], "test")[PAPERS].units))
    return (
        f"**What SeqMix gains**: with {rung.spoken}, without rounds and at equal steps, "
        f"{best(one, 'test')} [All forms](docs/results.md#what-augmentation-gains)."
    )


def _over_corpora(found: Dict[Rung, Comparison]) -> List[str]:
    """One verdict a pair over the corpora, for each size that two of them have."""
    parts = []
    for size in SIZES:
        of_size = {rung.corpus.title: one for rung, one in found.items() if rung.size == size}
        for table in verdicts(of_size):
            title = f"{table.title[0].upper()}{table.title[1:]}, {size} labelled sentences"
            parts.append(f"#### {title}\n\n{table.markdown()}")
    return parts
