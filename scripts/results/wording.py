"""What the numbers of the paper's comparison say, in sentences."""

from typing import Any, Dict, List, Mapping, Sequence, Tuple

import numpy as np

from scripts.results.records import METHODS, demoted
from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import between, counted, signed
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.table import Table

Questions = Sequence[Tuple[str, str, str]]
CONTROLS = ("nte_duplicate", "nte_more_steps")


def of_corpus(found: Comparison, questions: Questions, paper: Dict[str, Any]) -> str:
    """All tables of a comparison, what the paper reports, and what both say, under headings of the fourth level."""
    parts = [demoted(tables.markdown(found), 1)]
    if paper:
        parts.append(f"#### What the paper reports\n\n{paper['where']}.\n\n{paper_table(paper).markdown()}")
    said = [f"**On {split}** {text}." for split, text in conclusions(found, {}).items()]
    said += answers(found, questions, paper)
    if said:
        parts.append(f"#### What this says\n\n{bullets(said)}")
    return "\n".join(parts)


def paper_table(paper: Dict[str, Any]) -> Table:
    """The paper's numbers, as the paper's."""
    rows = [[m, *(f"{value:.2f}" for value in paper[m]), f"{np.mean(paper[m]):.2f}"] for m in METHODS if m in paper]
    return Table("", ["method", *map(str, paper["budgets"]), "mean"], rows)


def conclusions(found: Comparison, names: Mapping[str, str]) -> Dict[str, str]:
    """Whether SeqMix gained anything, a sentence per split; `names` are those of the methods in it."""
    said = {}
    for split in reversed(found.splits):
        gains = seqmix_gains(found, split)
        controls = [name for name in CONTROLS if name in gains]
        if "nte" not in gains or not controls:
            continue
        gain = signed(gains["nte"].difference)
        over = " and ".join(f"{signed(gains[name].difference)} over {names.get(name, name)}" for name in controls)
        nte = names.get("nte", "nte")
        if gains["nte"].difference <= 0:
            text = f"SeqMix gains nothing: {gain} over {nte}, {over}"
        elif min(gains[name].difference for name in controls) <= 0:
            text = f"SeqMix gains {gain} over {nte}, which a control gains as well: {over}"
        else:
            text = f"SeqMix gains {gain} over {nte}, and {over}"
        significant = [f"that over {names.get(name, name)}" for name in ("nte", *controls) if gains[name].significant]
        are = "are" if len(significant) > 1 else "is"
        said[split] = f"{text}; {' and '.join(significant) or 'none'} {are} statistically significant"
    return said


def seqmix_gains(found: Comparison, split: str) -> Dict[str, PairedComparison]:
    """What SeqMix gains over each method with which it is compared."""
    pairs = [pair for pair in found.pairs[split] if "nte_sub" in (pair.first, pair.second) and pair.at_budgets]
    return {pair.second: pair for pair in (pair.gain_of("nte_sub") for pair in pairs)}


def answers(found: Comparison, questions: Questions, paper: Dict[str, Any]) -> List[str]:
    """The questions that the runs were made for, answered by the numbers alone."""
    lines = []
    by_split = {
        split: {frozenset((p.first, p.second)): p for p in found.pairs[split]} for split in reversed(found.splits)
    }
    for first, second, question in questions:
        key = frozenset((first, second))
        shown = {split: pairs[key] for split, pairs in by_split.items() if key in pairs and pairs[key].at_budgets}
        measured = [f"{split} {measurement(pair, first)}" for split, pair in shown.items()]
        if not measured:
            continue
        line = f"**{question}** {first} against {second}: {'; '.join(measured)}."
        if first in paper and second in paper:
            differences = np.subtract(paper[first], paper[second])
            line += (
                f" The paper: dev {signed(differences.mean())}, of which "
                f"{signed(differences[0])} at {paper['budgets'][0]} sentences."
            )
        lines.append(line)
    return lines


def measurement(pair: PairedComparison, first: str) -> str:
    """A difference in the direction that was asked for, and whether it is significant."""
    pair = pair.gain_of(first)
    interval = "" if pair.interval is None else f" [{between(pair.interval)}]"
    budget = min(pair.at_budgets)
    start = signed(pair.at_budgets[budget])
    seeds = counted(len(pair.units), "seed")
    return f"{signed(pair.difference)}{interval} ({start} at {budget}; {seeds}; {pair.verdict})"


def verdicts(of_corpora: Mapping[str, Comparison]) -> List[Table]:
    """The table over the corpora on dev and on test, where two corpora have a pair of methods."""
    tables_of = (
        [pair_tables.over_corpora(of_corpora, split) for split in ("dev", "test")] if len(of_corpora) > 1 else []
    )
    return [table for table in tables_of if table.rows]


def bullets(lines: Sequence[str]) -> str:
    """Lines as a list in Markdown."""
    return "".join(f"- {line}\n" for line in lines)
