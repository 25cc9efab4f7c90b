"""What a comparison shows, in sentences."""

from typing import List, NamedTuple, Optional, Tuple

from seqmix_plugin.reporting.axis import annotated
from seqmix_plugin.reporting.comparison import Comparison, Summary
from seqmix_plugin.reporting.formatting import NOTHING, between, counted, decimal, labels, saving, seed_names, signed
from seqmix_plugin.reporting.paired import PairedComparison
from seqmix_plugin.reporting.run_groups import Group, matched_runs

SMALLEST = 0.05
"""F1 points; a smaller difference is rounded to nothing."""


class Verdict(NamedTuple):
    """Which method leads and by how much, whether that is significant (`None` without a test), and details."""

    headline: str
    significant: Optional[bool]
    text: str
    details: List[str]


def verdict(comparison: Comparison, split: str, target: Optional[float] = None) -> Verdict:
    """
    The method with the highest mean over budgets, against the baseline if there is one, otherwise the next best; where
    pairs are named, the first pair.

    # Parameters

    comparison : `Comparison`
        The methods.
    split : `str`
        Where they were measured.
    target : `float`, optional (default = `None`)
        The F1 for which needed labels are compared; by default the highest whole F1 that every method reaches.

    # Returns

    `Verdict`
    """
    summaries, shared = ranked(comparison.same_seeds, split)
    if len(summaries) == 1:
        return _of_one(summaries[0], comparison, split)
    if comparison.named:
        summaries = [summary for summary in summaries if summary.group.name in comparison.named[0]]
    leader, rest = summaries[0], summaries[1:]
    other = next((summary for summary in rest if summary.group.name == comparison.baseline), rest[0])
    names = leader.group.name, other.group.name
    pairs = comparison.pairs[split]
    pair = next(pair for pair in pairs if {pair.first, pair.second} == set(names)).gain_of(names[0])
    is_clear = not abs(pair.difference) < SMALLEST  # also without a pair of runs: the means are all there is
    details = []
    if pair.at_budgets:
        over = f"{counted(len(pair.at_budgets), 'budget')} and {counted(len(pair.units), 'seed')}"
        interval = "" if pair.interval is None else f", 95 % interval {between(pair.interval)}"
        mean = f"{signed(pair.difference)} F1 points{interval}"
        details.append(f"The difference is the mean over {over} ({seed_names(pair.units)}): {mean}.")
    if is_clear and not pair.difference < 0:
        details += _labels(comparison, split, names, comparison.target(split) if target is None else target)
    if len(pairs) > 1:
        number = sum(pair.significant for pair in pairs)
        are, which = "is" if number < 2 else "are", "named " if comparison.named else ""
        several = f"Of all {len(pairs)} {which}differences between methods"
        details.append(f"{several} {number or 'none'} {are} statistically significant.")
    details += [_unfinished(summary.group) for summary in (leader, other) if not summary.group.finished]
    if comparison.which_seeds and comparison.units in ([], pair.units):
        details.append(comparison.which_seeds)
    elif comparison.which_seeds:
        details.append(f"The methods are ranked by the seeds that all of them have: {seed_names(comparison.units)}.")
    if any(len(summary.budgets) > len(shared) for summary in summaries):
        details.append(f"Not all methods have the same budgets; they are ranked by the {len(shared)} that all have.")
    text = f"The difference is {pair.verdict}."
    if pair.significant and not is_clear:
        text = f"The difference is {pair.verdict}, but below {SMALLEST} F1 points."
    which = ", the next best" if other is rest[0] and len(rest) > 1 else ""
    headline = _headline(pair, split, ", the pair named first" if len(comparison.named) > 1 else which)
    return Verdict(headline, pair.significant if is_clear else None, text, details)


def ranked(comparison: Comparison, split: str) -> Tuple[List[Summary], List[float]]:
    """The methods with rounds by their mean over the budgets that all of them have, best first, and these budgets."""
    curves = [summary for summary in comparison.summaries(split) if summary.group in comparison.curves]
    shared = sorted(set.intersection(*(set(summary.budgets) for summary in curves)))

    def over_shared(summary: Summary) -> float:
        at = [mean for budget, mean in zip(summary.budgets, summary.mean, strict=True) if budget in shared]
        return sum(at) / len(at) if at else summary.mean_over_budgets[0]

    return sorted(curves, key=over_shared, reverse=True), shared


def _headline(pair: PairedComparison, split: str, which: str) -> str:
    one, two, lead = pair.first, pair.second, pair.difference
    if abs(lead) < SMALLEST:
        return f"No clear leader on {split}: {one} and {two} are less than {SMALLEST} F1 points apart."
    if lead > 0:
        return f"{one} leads on {split}: {decimal(lead)} F1 points above {two}{which}."
    if lead < 0:
        ahead = f"{two} is {decimal(-lead)} F1 points ahead on the seeds and budgets that both have"
        return f"No clear leader on {split}: {one} has the highest mean, but {ahead}."
    return f"{one} has the highest mean on {split}."


def _of_one(summary: Summary, comparison: Comparison, split: str) -> Verdict:
    """What a single method reached, and by how much it ends below methods with one budget, on the seeds of both."""
    group, last = summary.group, summary.rounds[-1]
    reached = f"{group.name} reaches {decimal(summary.curve[-1])} F1 on {split}"
    ends = [run.f1(split)[last] or 0.0 for run in group.runs]
    details = [
        f"Its mean over {counted(len(summary.budgets), 'budget')} is {decimal(summary.mean_over_budgets[0])} F1."
    ]
    if len(ends) > 1:
        span = f"from {decimal(min(ends))} to {decimal(max(ends))}"
        details.insert(0, f"That is the mean of {len(ends)} seeds, which range {span}.")
    for reference in comparison.summaries(split):
        matched = matched_runs(reference.group, group)
        if reference.group in comparison.references:
            more = [(one.f1(split)[-1] or 0.0) - (other.f1(split)[last] or 0.0) for one, other in matched]
            seeds = f"{'seed' if len(more) == 1 else 'seeds'} {seed_names([run.unit for run, _ in matched])}"
            where = f"{decimal(sum(more) / len(more))} more on {seeds}" if more else "on other seeds"
            details.append(f"{reference.group.name} reaches {decimal(reference.mean[-1])} F1, {where}.")
    if not group.finished:
        details.append(_unfinished(group))
    text = "There is no other method with rounds to compare it with."
    if len(ends) == 1:
        text = "There is one seed only, so that the variation over seeds is unknown."
    return Verdict(f"{reached} with {summary.counts[-1]:,.0f} {annotated(comparison.against)}.", None, text, details)


def _unfinished(group: Group) -> str:
    rounds = counted(group.runs[0].num_rounds + 1, "round")
    return f"{group.name} is not finished: {group.num_budgets} of {rounds} are counted."


def _labels(comparison: Comparison, split: str, names: Tuple[str, str], target: float) -> List[str]:
    """How many labels the leader needs, and how many the other method, on the seeds of both."""
    groups = [group for group in comparison.groups if group.name in names]
    two = Comparison(groups, against=comparison.against).same_seeds
    curves = {summary.group.name: summary for summary in two.summaries(split)}
    own, other = (curves[name].needed(target) for name in names)
    if saving(own, other) == NOTHING:
        return []
    first = f"To reach {target:g} F1, {names[0]} needs {labels(*own)} {annotated(comparison.against)}"
    return [f"{first}, {names[1]} {labels(*other)} ({saving(own, other)})."]
