"""What methods gain and save, as tables and sentences."""

import functools
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from _jsonnet import evaluate_file

from scripts.results.gains import (
    BASELINE,
    COUNTED,
    Gain,
    candidates_words,
    configuration,
    corpus_title,
    gain,
    gains,
    queried_words,
    recommended,
    title,
)
from scripts.results.records import Corpus
from seqmix_plugin.reporting import formatting
from seqmix_plugin.reporting.formatting import NOTHING, between, decimal, signed
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.reporting.saved_labels import Saving
from seqmix_plugin.reporting.table import Table
from seqmix_plugin.run.reader import flattened

POLICY = "trainer.query_policy"


def gain_table(found: Dict[str, Group], split: str, baseline: str = BASELINE) -> Table:
    """A row per method: its differences to random sampling, what it saves, and how long its queries are."""
    rows = []
    for one in gains(found, split, baseline):
        own = [title(one.method.name), str(len(one.method.runs))]
        differences = [_difference(one.at_equal.get(measure)) for measure in COUNTED[:2]]
        saved = [_short(spoken(one.savings[key])) if key in one.savings else NOTHING for key in COUNTED]
        rows.append([one.method.name, *own, *differences, *saved, decimal(queried_words(found[one.method.name]))])
    columns = ["method", "what it is", "seeds", *(f"at equal {measure}" for measure in COUNTED[:2])]
    return Table("", [*columns, *(f"{key} saved" for key in COUNTED), "words a sentence"], rows)


def about_random(found: Dict[str, Group], split: str, baseline: str = BASELINE) -> str:
    """What the methods are compared with: random sampling at its last budget, and the length of the candidates."""
    group = found[baseline]
    scores = group.f1(split)
    last, seeds = group.counts("tokens")[:, -1].mean(), formatting.counted(len(group.runs), "seed")
    ends = NOTHING if scores is None else decimal(float(scores[:, -1].mean()))
    text = f"{baseline} ({seeds}) ends at {ends} {split} F1 with {decimal(float(last), 0)} tokens"
    own = f"; its sentences have {decimal(queried_words(group))} words on average"
    candidates = candidates_words(found.values())
    return text + own + (f", candidates {decimal(candidates)}" if candidates else "") + ".\n"


def _short(text: str) -> str:
    return text.replace("less than ", "< ").replace("at least ", "≥ ")


def _difference(pair: Optional[PairedComparison]) -> str:
    if pair is None:
        return NOTHING
    return signed(pair.difference) + ("" if pair.interval is None else f" [{between(pair.interval)}]")


def spoken(one: Saving) -> str:
    """A saving with its interval."""
    interval = "" if one.interval is None else f" [{' to '.join(map(formatting.saved, one.interval))}]"
    return formatting.saved(one.saved) + interval


def saved_or_needed(who: str, savings: Sequence[Saving], where: str = "") -> str:
    """What a method saves with random sampling as the baseline, or that it does not reach the F1."""
    if savings[0].places[0] >= 0:
        saved = " and ".join(f"{spoken(one)} of the {one.measure}" for one in savings)
        return f"to reach the test F1 with which random sampling ends{where}, {who} saves {saved}"
    own, others = (
        " and ".join(f"{decimal(amount, 0)} {one.measure}" for one, amount in zip(savings, amounts, strict=True))
        for amounts in ([one.needed for one in savings], [one.others for one in savings])
    )
    return f"{who} does not reach with {own} the test F1 that random sampling reaches with {others}{where}"


def parts_table(found: Dict[Corpus, Dict[str, Group]], split: str) -> Optional[Table]:
    """A row per part: by how much `recommended` is better than without it; `None` where there are no such records."""
    whole, rows = recommended()["measured_as"], []
    corpora = [corpus for corpus, groups in found.items() if whole in groups]
    for part, without in recommended()["without"].items():
        cells: List[str] = []
        for groups in (found[corpus] for corpus in corpora):
            one = gain(groups[whole], groups[without], split) if without in groups else None
            cells += [_with_seeds(one, measure) for measure in COUNTED[:2]]
        if any(cell != NOTHING for cell in cells):
            rows.append([part, without, *cells])
    heads = [f"{corpus_title(corpus)}, at equal {measure}" for corpus in corpora for measure in COUNTED[:2]]
    return Table("", ["without", "measured as", *heads], rows) if rows else None


def _with_seeds(one: Optional[Gain], measure: str) -> str:
    pair = None if one is None else one.at_equal.get(measure)
    return NOTHING if pair is None else f"{_difference(pair)} ({formatting.counted(len(pair.units), 'seed')})"


def differing(corpus: Corpus, methods: Sequence[str]) -> str:
    """In which keys, beside the query policy, configurations differ from that of random sampling."""
    base, lines = settings(configuration(corpus, BASELINE)), []
    for method in methods:
        own = settings(configuration(corpus, method))
        keys = sorted(key for key in {*base, *own} if base.get(key) != own.get(key))
        if keys:
            lines.append(f"{method} in {', '.join(f'`{key}`' for key in keys)}")
    also = f"; {'; '.join(lines)}" if lines else " alone"
    return f"The configurations differ from that of random sampling in `{POLICY}`{also}.\n"


@functools.cache
def settings(path: Optional[Path]) -> Dict[str, Any]:
    """The keys of a configuration without its query policy."""
    flat = flattened(json.loads(evaluate_file(str(path)))) if path else {}
    return {key: value for key, value in flat.items() if key != POLICY and not key.startswith(f"{POLICY}.")}
