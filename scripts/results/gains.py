"""What the methods of `label_savings/` and `large_pool/` gain over random sampling, and how many labels they save."""

import functools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence

import numpy as np
from _jsonnet import evaluate_file

from scripts.results.records import ROOT, Corpus, methods_of
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.run_groups import Group, matched_runs
from seqmix_plugin.reporting.saved_labels import Saving, saving
from seqmix_plugin.reporting.training import steps

EXPERIMENTS = ("large_pool", "label_savings")
CONFIGURATIONS = ROOT / "training_configs"
BASELINE = "random"
MORE_STEPS = "random_more_steps"
"""Random sampling for those that are trained for more steps."""
SCREENING = (1, 2, 3)
"""The seeds with which the policies were screened on CoNLL-2003."""
CONLL = Corpus("", "conll")
CORPORA = (CONLL, Corpus("", "events"), Corpus("", "webpage"))
E5 = Corpus("offline", "conll")
BEST = 3
"""The number of policies that are compared in full."""
COUNTED = ("sentences", "tokens", "seconds")


class Gain(NamedTuple):
    """A method against another on a split, on the seeds of both."""

    method: Group
    other: Group
    at_equal: Dict[str, PairedComparison]
    """The difference in F1 at equal `sentences` and `tokens`, where the two have a range in common."""
    savings: Dict[str, Saving]
    """What is saved of what is `COUNTED` at the F1 with which the other ends."""

    @property
    def least(self) -> float:
        """The smaller of both differences: a policy should save sentences and tokens."""
        return min((self.at_equal[key].difference for key in COUNTED[:2] if key in self.at_equal), default=-np.inf)


def methods(results: Path, corpus: Corpus, seeds: Optional[Sequence[int]] = None) -> Dict[str, Group]:
    """The methods that have records of a corpus, with all of their runs or with those of these seeds."""
    groups = methods_of([results / experiment for experiment in EXPERIMENTS], corpus)
    kept = [
        replace(group, runs=tuple(run for run in group.runs if seeds is None or run.seed in seeds)) for group in groups
    ]
    return {group.name: group for group in kept if group.runs}


def gain(method: Group, other: Group, split: str) -> Optional[Gain]:
    """What a method gains over another; `None` without a seed in common, or where one has not measured the split."""
    matched = matched_runs(method, other)
    if not matched or any(group.f1(split) is None for group in (method, other)):
        return None
    first, second = (
        replace(group, runs=tuple(pair[side] for pair in matched)) for side, group in enumerate((method, other))
    )
    at_equal, savings = {}, {}
    for measure in COUNTED:
        if found := saving(first, second, split, measure):
            savings[measure] = found
        if measure != "seconds" and (pair := _difference(first, second, split, measure)):
            at_equal[measure] = pair
    return Gain(first, second, at_equal, savings)


def _difference(first: Group, second: Group, split: str, measure: str) -> Optional[PairedComparison]:
    try:
        comparison = Comparison([first, second], named=[(first.name, second.name)], against=measure)
    except ConfigurationError:  # no range in common
        return None
    pairs = [pair for pair in comparison.pairs.get(split, []) if pair.at_budgets]
    return pairs[0] if pairs else None


def alike(found: Dict[str, Group], baseline: str = BASELINE) -> Dict[str, Group]:
    """The methods that are trained for as many steps a round as a baseline, with it; none without the baseline."""
    if baseline not in found:
        return {}
    wanted = steps(found[baseline])
    return {name: group for name, group in found.items() if steps(group) == wanted}


def gains(found: Dict[str, Group], split: str, baseline: str = BASELINE) -> List[Gain]:
    """What methods gain over random sampling that is trained as long, those first that gain most on dev."""
    others = [group for name, group in alike(found, baseline).items() if name != baseline]
    on_dev = {group.name: gain(group, found[baseline], "dev") for group in others}
    on_split = on_dev if split == "dev" else {group.name: gain(group, found[baseline], split) for group in others}
    order = sorted(on_split, key=lambda name: np.inf if (one := on_dev[name]) is None else -one.least)
    return [one for one in map(on_split.get, order) if one is not None]


def best(results: Path) -> List[str]:
    """
    The policies that are compared in full: the best by dev on CoNLL-2003 with the seeds of the screening, those with
    most of these seeds first.
    """
    every = gains(methods(results, CONLL, SCREENING), "dev")
    every.sort(key=lambda one: (-len(one.method.runs), -one.least))
    return [one.method.name for one in every[:BEST]]


@functools.cache
def recommended() -> Any:
    """What `lib/recommended.libsonnet` says."""
    return json.loads(evaluate_file(str(CONFIGURATIONS / "lib" / "recommended.libsonnet")))


def configuration(corpus: Corpus, method: str) -> Optional[Path]:
    """The configuration of a method on a corpus."""
    paths = (CONFIGURATIONS / experiment / f"{corpus.prefix}{method}.jsonnet" for experiment in EXPERIMENTS)
    return next((path for path in paths if path.exists()), None)


def corpus_title(corpus: Corpus) -> str:
    """As headings and tables name it; no language model is used here."""
    return corpus.title.replace(" and SmolLM2", "")


def title(method: str) -> str:
    """What a method is, by the first line of one of its configurations."""
    for corpus in (*CORPORA, E5):
        path = configuration(corpus, method)
        found = path and re.match(r"// [^:]+: [^,]+, (.+)\.\n", path.read_text(encoding="utf-8"))
        if found:
            return found[1]
    return method


def queried_words(group: Group) -> Optional[float]:
    """The mean number of words of the sentences that were queried after the seed set."""
    counts = [[run.rounds[place]["annotated"] for place in (0, -1)] for run in group.runs]
    tokens, sentences = (sum(last[key] - first[key] for first, last in counts) for key in ("tokens", "sentences"))
    return tokens / sentences if sentences else None


def candidates_words(groups: Iterable[Group]) -> Optional[float]:
    """The mean number of words of the candidates, over all queries whose records have it."""
    rows = [row.get("mean_words", {}) for group in groups for run in group.runs for row in run.rounds[1:]]
    known = [row["candidates"] for row in rows if "candidates" in row]
    return float(np.mean(known)) if known else None
