"""What a comparison says, in words that need no statistics."""

from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Tuple

from seqmix_plugin.reporting.comparison import Comparison, Summary
from seqmix_plugin.reporting.grouping import Group, matched_runs
from seqmix_plugin.reporting.pair import Pair
from seqmix_plugin.reporting.statistics import last_at
from seqmix_plugin.reporting.wording import (
    NOTHING,
    between,
    counted,
    decimal,
    labels,
    p_value,
    saving,
    seed_names,
    signed,
)

SMALLEST = 0.05
"""F1 points: what rounds to nothing is no lead."""


@dataclass(frozen=True)
class Answer:
    """
    # Parameters

    headline : `str`
        Which method leads, and by how much.
    trust : `str`
        Whether to believe it: `yes`, `no`, or `unknown` where there is nothing to tell apart.
    verdict : `str`
        Why.
    details : `List[str]`, optional (default = `[]`)
        What else there is to say.
    """

    headline: str
    trust: str
    verdict: str
    details: List[str] = field(default_factory=list)


def answer(comparison: Comparison, split: str, pairs: Sequence[Pair], target: Optional[float] = None) -> Answer:
    """
    The method with the highest mean over budgets against the baseline if there is one, else against the next best.

    # Parameters

    comparison : `Comparison`
        The methods.
    split : `str`
        Where they were measured.
    pairs : `Sequence[Pair]`
        What `comparison.pairs(split)` gives.
    target : `float`, optional (default = `comparison.target(split)`)
        The F1 for which the labels that are needed are compared.
    """
    summaries, shared = ranked(comparison.same_seeds, split)
    if len(summaries) == 1:
        return _alone(summaries[0], [s for s in comparison.summaries(split) if s not in summaries], split)
    leader, rest = summaries[0], summaries[1:]
    other = next((summary for summary in rest if summary.group.name == comparison.baseline), rest[0])
    pair = next(pair for pair in pairs if {pair.first, pair.second} == {leader.group.name, other.group.name})
    lead = pair.difference if pair.first == leader.group.name else -pair.difference
    is_next = other is rest[0] and len(rest) > 1
    target = comparison.target(split) if target is None else target
    clear = _is_clear(lead)
    names = (leader.group.name, other.group.name)
    two = Comparison([group for group in comparison.groups if group.name in names]).same_seeds
    curves = {summary.group.name: summary for summary in two.summaries(split)}
    needed = _labels(curves[names[0]], curves[names[1]], target) if clear else []
    details = [*_measured(pair, lead), *needed, *_others(pairs)]
    details += [_unfinished(summary.group) for summary in (leader, other) if not summary.group.finished]
    if comparison.which_seeds and comparison.units in ([], pair.units):
        details.append(comparison.which_seeds)
    elif comparison.which_seeds:
        details.append(f"The methods are ranked by the seeds that all of them have: {seed_names(comparison.units)}.")
    if any(len(summary.budgets) > len(shared) for summary in summaries):
        details.append(f"Not all methods have the same budgets; they are ranked by the {len(shared)} that all have.")
    trust, verdict = _trust(pair, len(pairs))
    if trust == "yes" and not clear:
        trust, verdict = (
            "unknown",
            f"The difference is hardly luck (p = {p_value(pair.adjusted_p)}), but it names no leader.",
        )
    return Answer(_headline(leader, other, lead, split, is_next), trust, verdict, details)


def ranked(comparison: Comparison, split: str) -> Tuple[List[Summary], List[float]]:
    """The methods with rounds by their mean over the budgets that all of them have, best first, and these budgets."""
    curves = [summary for summary in comparison.summaries(split) if summary.group in comparison.curves]
    shared = sorted(set.intersection(*(set(summary.budgets) for summary in curves)))

    def over_shared(summary: Summary) -> float:
        if not shared:
            return summary.mean_over_budgets[0]
        return sum(summary.mean[last_at(summary.budgets, budget)] for budget in shared) / len(shared)

    return sorted(curves, key=over_shared, reverse=True), shared


def _is_clear(lead: float) -> bool:
    """Whether there is something to call a lead; without any pair of runs the means are all there is."""
    return not lead < SMALLEST


def _unfinished(group: Group) -> str:
    rounds = group.runs[0].num_rounds + 1
    return f"{group.name} is not finished: {group.num_budgets} of {counted(rounds, 'round')} count so far."


def _headline(leader: Summary, other: Summary, lead: float, split: str, is_next: bool) -> str:
    one, two = leader.group.name, other.group.name
    if abs(lead) < SMALLEST:
        return f"No clear leader on {split}: {one} and {two} are less than {SMALLEST} F1 points apart."
    if lead > 0:
        return f"{one} leads on {split}: {decimal(lead)} F1 points above {two}{', the next best' if is_next else ''}."
    if lead < 0:
        ahead = f"{two} is {decimal(-lead)} F1 points ahead on the seeds and budgets that both have"
        return f"No clear leader on {split}: {one} has the highest mean, but {ahead}."
    return f"{one} has the highest mean on {split}."


def _alone(summary: Summary, references: Sequence[Summary], split: str) -> Answer:
    runs = summary.group.runs
    scores = summary.group.f1(split)
    assert scores is not None  # or there would be no summary
    headline = f"{summary.group.name} reaches {decimal(summary.mean[-1])} F1 on {split}"
    headline += f" with {summary.budgets[-1]:,.0f} annotated sentences."
    details = [
        f"Its mean over {counted(len(summary.budgets), 'budget')} is {decimal(summary.mean_over_budgets[0])} F1."
    ]
    for reference in references:
        details.append(_below(reference, summary, split))
    if not summary.group.finished:
        details.append(_unfinished(summary.group))
    if len(runs) == 1:
        return Answer(headline, "no", "There is one seed only: how much of this is luck cannot be told.", details)
    low, high = decimal(float(scores[:, -1].min())), decimal(float(scores[:, -1].max()))
    details.insert(0, f"That is the mean of {len(runs)} seeds, which reach from {low} to {high}.")
    return Answer(headline, "unknown", "There is no other method with rounds to compare it with.", details)


def _below(reference: Summary, summary: Summary, split: str) -> str:
    """By how much a method ends below a reference, on the seeds of both."""
    text = f"{reference.group.name} reaches {decimal(reference.mean[-1])} F1"
    matched = matched_runs(reference.group, summary.group)
    if not matched:
        return f"{text}, on other seeds."
    last = summary.rounds[-1]
    more = [(one.f1(split)[-1] or 0.0) - (other.f1(split)[last] or 0.0) for one, other in matched]
    seeds = "seed" if len(matched) == 1 else "seeds"
    return f"{text}, {decimal(sum(more) / len(more))} more on {seeds} {seed_names([run.unit for run, _ in matched])}."


def _trust(pair: Pair, num_pairs: int) -> Tuple[str, str]:
    """Whether to believe a difference, and why."""
    if not pair.at_budgets:
        return "no", f"The two cannot be compared run by run ({pair.verdict})."
    if not pair.finished:
        return "no", "Not all runs are finished: this may still change."
    if pair.significant:
        correction = f", corrected for {num_pairs} pairs" if num_pairs > 1 else ""
        return "yes", f"Luck alone would hardly do this (p = {p_value(pair.adjusted_p)}{correction})."
    if pair.shortage:
        return "no", f"With so few repeats this cannot be told from luck: {pair.shortage}."
    p = p_value(pair.adjusted_p)
    return "no", f"{pair.num_seeds} seeds could show a difference, but this one may be luck (p = {p})."


def _measured(pair: Pair, lead: float) -> List[str]:
    """What the difference is the mean of, and how sure it is."""
    if not pair.at_budgets:
        return []
    text = f"The difference is the mean over {counted(len(pair.at_budgets), 'budget')}"
    text += f" and {counted(pair.num_seeds, 'seed')} ({seed_names(pair.units)}): {signed(lead)} F1 points"
    if pair.interval is None:
        return [text + "."]
    low, high = pair.interval if lead == pair.difference else (-pair.interval[1], -pair.interval[0])
    return [f"{text}, 95 % interval {between((low, high))}."]


def _labels(leader: Summary, other: Summary, target: float) -> List[str]:
    """What the leader spares those who label."""
    needed, others = leader.labels_to_reach(target), other.labels_to_reach(target)
    less = saving(needed, others, leader.budgets[0], other.budgets[0])
    if less == NOTHING:
        return []
    return [
        f"To reach {target:g} F1, {leader.group.name} needs {labels(needed, leader.budgets[0])} annotated sentences, "
        f"{other.group.name} {labels(others, other.budgets[0])} ({less})."
    ]


def _others(pairs: Sequence[Pair]) -> List[str]:
    if len(pairs) < 2:
        return []
    clear = sum(pair.significant for pair in pairs)
    return [f"Of all {len(pairs)} differences between methods {clear or 'none'} can be told from luck."]
