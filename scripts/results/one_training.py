"""Experiments without rounds: what each way to train reached on the labelled set alone, and the differences."""

from typing import Dict, List

from seqmix_plugin.reporting import pair_tables
from seqmix_plugin.reporting.comparison import Comparison, Summary
from seqmix_plugin.reporting.formatting import between, decimal, p_value, signed, with_deviation
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.table import Table


def reached(found: Comparison) -> Table:
    """F1 and steps of each way to train."""
    of_split: Dict[str, Dict[str, Summary]] = {
        split: {summary.group.name: summary for summary in found.summaries(split)} for split in reversed(found.splits)
    }
    rows = []
    for group in found.groups:
        seeds, steps = len(group.runs), [run.rounds[0].get("steps") for run in group.runs]
        cells = [with_deviation(*summaries[group.name].mean_over_budgets, seeds) for summaries in of_split.values()]
        known = [step for step in steps if step is not None]
        collapsed = sum(bool(run.rounds[0].get("collapsed")) for run in group.runs)
        trained = decimal(sum(known) / len(known) if known else None, 0)
        rows.append([group.name, str(seeds), trained, str(collapsed), *cells])
    columns = ["trained", "seeds", "steps", "collapsed", *(f"{split} F1" for split in of_split)]
    return Table("", columns, rows)


def differences(found: Comparison, where: str) -> List[str]:
    """The differences with their tests, a table per split."""
    parts = []
    for split in reversed(found.splits):
        pairs = [pair for pair in found.pairs[split] if pair.units]
        rows = [[f"{pair.first} − {pair.second}", *_tested(pair)] for pair in pairs]
        columns = ["pair", "difference", "95 % interval", "seeds", "p", "Holm", "verdict"]
        if rows:
            parts.append(f"#### Differences in {split} F1 {where}\n\n{Table('', columns, rows).markdown()}")
    if found.named:
        parts.append(pair_tables.seeds_sentence(found.pairs[found.splits[0]]) + "\n")
    return parts


def _tested(pair: PairedComparison) -> List[str]:
    numbers = [signed(pair.difference), between(pair.interval), str(len(pair.units))]
    return [*numbers, p_value(pair.p), p_value(pair.adjusted_p), pair.verdict]


def significant(*pairs: PairedComparison) -> str:
    """How many of some differences are statistically significant, in words."""
    needed = max(pair.needed for pair in pairs)
    if all(len(pair.units) < pair.needed for pair in pairs):
        return f"too few seeds for the test, which needs {needed}"
    number = sum(pair.significant for pair in pairs)
    told = {0: "none of them is", 1: "one of them is", len(pairs): "each is"}
    return f"{told.get(number, f'{number} of them are')} statistically significant"
