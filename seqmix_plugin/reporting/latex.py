"""A comparison as a table of LaTeX, with the lines of package booktabs."""

import re
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

from seqmix_plugin.errors import printable
from seqmix_plugin.reporting.axis import annotated
from seqmix_plugin.reporting.comparison import Comparison, Summary
from seqmix_plugin.reporting.formatting import MINUS, counted, decimal, signed
from seqmix_plugin.reporting.over_corpora import StratifiedComparison
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.statistics import SIGNIFICANCE

NO_NAMES: Mapping[str, str] = {}
NOTHING = "--"
STAR = "$^{*}$"
COMMANDS = ("backslash", "asciitilde", "asciicircum", "less", "greater", "bar")
SPECIAL = {
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    **{letter: f"{{{letter}}}" for letter in "[]*"},  # at the start of a row they would belong to the end of the last
    **{letter: f"\\text{name}{{}}" for letter, name in zip("\\~^<>|", COMMANDS, strict=True)},
    MINUS: "$-$",
}
"""What a letter is in LaTeX, where it is not itself."""
Pair = Union[PairedComparison, StratifiedComparison]


class Table(NamedTuple):
    """
    # Parameters

    columns : `Sequence[str]`
        Their titles, in LaTeX; the first is left-aligned.
    parts : `Sequence[Sequence[Sequence[str]]]`
        Rows of cells in LaTeX, with a line between the parts.
    caption : `str`
        In LaTeX.
    label : `str`
        To refer to it.
    """

    columns: Sequence[str]
    parts: Sequence[Sequence[Sequence[str]]]
    caption: str
    label: str

    def __str__(self) -> str:
        """A `tabular`; what a `table` has around it is in comments, so that the file can be input in one."""
        rules = ["\\toprule", *["\\midrule"] * len(self.parts)]
        blocks = [[self.columns], *(part for part in self.parts if part)]
        lines = ["% needs \\usepackage{booktabs}", "% \\begin{table}", "% \\centering"]
        lines.append(f"\\begin{{tabular}}{{l{'r' * (len(self.columns) - 1)}}}")
        for rule, rows in zip(rules, blocks, strict=False):
            lines += [rule, *(" & ".join(row) + r" \\" for row in rows)]
        lines += ["\\bottomrule", "\\end{tabular}"]
        lines += [f"% \\caption{{{self.caption}}}", f"% \\label{{tab:{self.label}}}", "% \\end{table}"]
        return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A text as LaTeX prints it."""
    return "".join(SPECIAL.get(letter, letter) for letter in printable(text))


def of_comparison(comparison: Comparison, split: str, names: Mapping[str, str] = NO_NAMES) -> Table:
    """
    A row per method: the mean of F1 over the budgets, F1 at the last budget, each with its deviation over seeds, and
    the difference to the baseline with its interval. Without a baseline, the first method with rounds is it; where
    pairs were named, each has a row below. A star marks what is significant after Holm's correction over the pairs that
    `comparison` has.

    # Parameters

    comparison : `Comparison`
        The methods.
    split : `str`
        Where they were measured.
    names : `Mapping[str, str]`, optional (default = `{}`)
        Other names for some of the methods.

    # Returns

    `Table`
    """
    called = {group.name: escaped(names.get(group.name, group.name)) for group in comparison.groups}
    pairs = comparison.pairs[split]
    base = None if comparison.named else comparison.baseline or comparison.curves[0].name
    to_base = {} if base is None else _against(base, pairs)
    columns = ["Method", "Seeds", "Mean F1", "Final F1", *(["Difference"] if pairs else [])]
    rows = []
    for summary in comparison.summaries(split):
        name = summary.group.name
        row = [called[name], str(len(summary.group.runs)), *_scores(summary, comparison)]
        rows.append([*row, *([_difference(to_base.get(name))] if pairs else [])])
    named = [
        [f"{called[pair.first]} $-$ {called[pair.second]}", str(len(pair.units)), "", "", _difference(pair)]
        for pair in (pairs if comparison.named else ())
    ]
    about = f"F1 on {split} (\\%): mean over the budgets in {annotated(comparison.against)}, and at the last one, "
    about += "$\\pm$ standard deviation over seeds."
    if pairs:
        to = "" if base is None else f" to {called[base]}"
        about += f" Differences{to} are of the mean. {_explained(len(pairs), pairs[0].family)}"
    return Table(columns, [rows, named], about, f"f1-{split}")


def over_corpora(pairs: Sequence[StratifiedComparison], split: str, corpora: Sequence[str]) -> Table:
    """
    A row per pair of methods: the difference over all corpora with its interval, and that on each corpus.

    # Parameters

    pairs : `Sequence[StratifiedComparison]`
        The differences.
    split : `str`
        Where the methods were measured.
    corpora : `Sequence[str]`
        The names of the corpora.

    # Returns

    `Table`
    """
    rows = []
    for pair in pairs:
        each = [pair.corpora.get(corpus) for corpus in corpora]
        cells = [NOTHING if one is None else _number(signed(one.difference)) for one in each]
        name = f"{escaped(pair.first)} $-$ {escaped(pair.second)}"
        rows.append([name, str(pair.num_units), _difference(pair), *cells])
    columns = ["Methods", "Pairs of runs", "Difference", *map(escaped, corpora)]
    about = f"Differences in F1 points on {split} over the corpora, mean of the means over the budgets. "
    return Table(columns, [rows], about + _explained(len(pairs), len(pairs)), f"differences-{split}")


def _against(base: str, pairs: Sequence[PairedComparison]) -> Dict[str, PairedComparison]:
    """The pairs with the baseline, by the other method, whose gain they are."""
    others = [(pair.second if pair.first == base else pair.first, pair) for pair in pairs]
    return {name: pair.gain_of(name) for name, pair in others if base in (pair.first, pair.second)}


def _scores(summary: Summary, comparison: Comparison) -> List[str]:
    seeds = len(summary.group.runs)
    mean = _with_deviation(*summary.mean_over_budgets, seeds) if summary.group in comparison.curves else NOTHING
    return [mean, _with_deviation(summary.mean[-1], summary.deviation[-1], seeds)]


def _with_deviation(mean: float, spread: float, seeds: int) -> str:
    return decimal(mean) + (f" $\\pm$ {decimal(spread)}" if seeds > 1 else "")


def _difference(pair: Optional[Pair]) -> str:
    """A difference with its interval, and a star where it is significant."""
    if pair is None or pair.difference != pair.difference:
        return NOTHING
    interval = "" if pair.interval is None else f" [{', '.join(_number(signed(end)) for end in pair.interval)}]"
    return _number(signed(pair.difference)) + (STAR if pair.significant else "") + interval


def _number(text: str) -> str:
    """A number with its sign as one of mathematics, as a hyphen is shorter than a minus."""
    return re.sub(rf"^[+{MINUS}]", lambda sign: "$-$" if sign[0] == MINUS else "$+$", text)


def _explained(number: int, family: int) -> str:
    corrected = (
        f" after Holm's correction over {counted(max(number, family), 'pair')}" if max(number, family) > 1 else ""
    )
    return (
        f"In brackets: 95\\% bootstrap interval over seeds. {STAR}: $p \\leq {SIGNIFICANCE}$ in a sign-flip test over "
        f"seeds{corrected}."
    )
