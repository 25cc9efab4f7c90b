"""The differences between methods as tables and sentences."""

from typing import List, Mapping, Sequence, Union

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.reporting import formatting
from seqmix_plugin.reporting.axis import annotated
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import MINUS, NOTHING, decimal, p_value, signed
from seqmix_plugin.reporting.over_corpora import StratifiedComparison
from seqmix_plugin.reporting.over_corpora import over_corpora as stratified
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.saved_labels import Saving
from seqmix_plugin.reporting.table import Table

COUNTED = ("sentences", "tokens", "seconds")
"""How annotations are counted where savings are shown."""


def pairs(comparison: Comparison, split: str) -> Table:
    """The differences between methods, our test and the paper's."""
    rows = []
    for pair in comparison.pairs[split]:
        difference = [signed(pair.difference), formatting.between(pair.interval), str(len(pair.units))]
        rows.append([*difference, p_value(pair.p), p_value(pair.adjusted_p), pair.verdict, p_value(pair.wilcoxon_p)])
    columns = ["difference", "95 % interval", "seeds", "p", "Holm", "verdict", "the paper's test"]
    return _of_pairs(comparison, split, f"differences in {split} F1 points, mean over budgets", columns, rows)


def at_budgets(comparison: Comparison, split: str) -> Table:
    """The differences at each budget; `=` marks those at which both have the same sentences."""
    shown = comparison.pairs[split]
    budgets = sorted({budget for pair in shown for budget in pair.at_budgets})
    rows = [[_at_budget(pair, budget) for budget in budgets] for pair in shown]
    columns = [str(budget) for budget in budgets]
    title = f"differences in {split} F1 points at each budget"
    title += "" if comparison.against == "sentences" else f", in {annotated(comparison.against)}"
    return _of_pairs(comparison, split, title, columns, rows)


def difference_sentence(pair: Union[PairedComparison, StratifiedComparison]) -> str:
    """A difference as a line of the terminal."""
    interval = "" if pair.interval is None else f" [{formatting.between(pair.interval)}]"
    adjusted = "" if pair.adjusted_p is None else f", p {p_value(pair.adjusted_p)} (sign flips, Holm)"
    return f"  {_names(pair)}: {signed(pair.difference)}{interval}{adjusted}"


def savings(comparison: Comparison, split: str) -> Table:
    """What the first method of each pair saves at the F1 with which the second ends, by each way to count."""
    found = [saving for measure in COUNTED for saving in comparison.savings(split, measure)]
    order = [(pair.first, pair.second) for pair in comparison.pairs[split]]
    found.sort(key=lambda saving: order.index((saving.first, saving.second)))
    rows = []
    for one in found:
        need = [*_needed(one), formatting.saved(one.saved)]
        interval = NOTHING if one.interval is None else " to ".join(map(formatting.saved, one.interval))
        rows.append([_names(one), one.measure, decimal(one.f1), *need, interval, f"{100 * one.never:.0f} %"])
    columns = ["counted in", "F1", "first needs", "second needs", "saved", "95 % interval", "never reached"]
    title = f"annotations saved at the {split} F1 with which the second method ends"
    return Table(title, ["pair", *columns], rows, [(one.first, one.second) for one in found])


def _needed(saving: Saving) -> List[str]:
    """What each method needs: `137`, `≤ 50` where its first budget is enough, `more than 300` short of the F1."""
    amounts = zip((saving.needed, saving.others), saving.places, strict=True)
    return [{-1: "more than ", 0: "≤ "}.get(place, "") + decimal(amount, 0) for amount, place in amounts]


def saving_sentence(saving: Saving) -> str:
    """A saving as a line of the terminal."""
    interval = "" if saving.interval is None else f" [{' to '.join(map(formatting.saved, saving.interval))}]"
    never = f", not reached in {100 * saving.never:.0f} % of resamples" if saving.interval and saving.never else ""
    own, others = _needed(saving)
    needs = f"{own} {saving.measure} instead of {others}"
    return f"to reach {decimal(saving.f1)} F1: {needs}, saves {formatting.saved(saving.saved)}{interval}{never}"


def cost_sentence(cost: AnnotationCost) -> str:
    """What annotations cost where they are counted in seconds."""
    return (
        f"Seconds of annotation: {cost.seconds_per_sentence:g} a sentence, {cost.seconds_per_token:g} a token, "
        f"{cost.seconds_per_entity:g} an entity."
    )


def over_corpora(comparisons: Mapping[str, Comparison], split: str) -> Table:
    """
    One verdict a pair of methods over several corpora.

    # Parameters

    comparisons : `Mapping[str, Comparison]`
        By the name of the corpus. A method has the same name in all of them.
    split : `str`
        `dev` or `test`.

    # Returns

    `Table`
        A row per pair of methods that two corpora at least have measured.
    """
    found = stratified(comparisons, split)
    corpora = [corpus for corpus in comparisons if any(corpus in pair.corpora for pair in found)]
    rows = []
    for pair in found:
        cells = [formatting.signed(pair.difference), formatting.between(pair.interval)]
        each = [pair.corpora.get(corpus) for corpus in corpora]
        cells += ["" if one is None else f"{signed(one.difference)} ({len(one.units)})" for one in each]
        rows.append([_names(pair), *cells, p_value(pair.p), p_value(pair.adjusted_p), pair.verdict])
    columns = ["pair", "difference", "95 % interval", *(f"{corpus} (seeds)" for corpus in corpora)]
    title = f"differences in {split} F1 points over corpora, mean of their means"
    return Table(title, [*columns, "p", "Holm", "verdict"], rows, [(pair.first, pair.second) for pair in found])


def _names(pair: Union[PairedComparison, StratifiedComparison, Saving]) -> str:
    return f"{pair.first} {MINUS} {pair.second}"


def _of_pairs(
    comparison: Comparison, split: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> Table:
    """A table with a row per pair of methods, which are named in front of these columns."""
    methods = [(pair.first, pair.second) for pair in comparison.pairs[split]]
    named = [[_names(pair), *row] for pair, row in zip(comparison.pairs[split], rows, strict=True)]
    return Table(title, ["pair", *columns], named, methods)


def _at_budget(pair: PairedComparison, budget: int) -> str:
    if budget not in pair.at_budgets:
        return ""
    return signed(pair.at_budgets[budget]) + (" =" if budget in pair.same else "")


def seeds_sentence(shown: Sequence[PairedComparison]) -> str:
    """How many seeds the pairs that are shown, at least one, need."""
    family = shown[0].family
    one = f"after Holm's correction one of {formatting.counted(family, 'pair')}" if family > 1 else "one pair"
    return (
        f"With n seeds the sign-flip test cannot give a p below 2/2ⁿ; {one} can pass 0.05 with {shown[0].needed} seeds "
        "or more."
    )
