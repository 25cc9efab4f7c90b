"""What saves labels: all policies screened on one corpus, the best of them compared in full on three."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Optional

from scripts.plan import STEPS, jobs_of, unconfigured
from scripts.results import gains
from scripts.results.figures import Charts, charts, shown
from scripts.results.gain_tables import about_random, differing, gain_table, parts_table, saved_or_needed, spoken
from scripts.results.gains import BASELINE, BEST, CONLL, CORPORA, E5, MORE_STEPS, SCREENING, corpus_title, recommended
from scripts.results.records import Corpus, environment
from scripts.results.wording import bullets
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.formatting import between, counted, signed
from seqmix_plugin.reporting.over_corpora import over_corpora
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.reporting.saved_labels import EXACT, LESS, Saving
from seqmix_plugin.reporting.table import Table

NAME = "label_savings"
COMPARED = (BASELINE, "mnlp", "nte")
"""Shown in full beside the best."""
MEASURES = ("sentences", "tokens")
SPLITS = ("dev", "test")
GOALS = {"conll": {"tokens": 60, "sentences": 50}, "events": {"tokens": 40}}
"""Percent that `recommended` is to save at the least."""
INTRODUCTION = """\
Which query policies reach with fewer labels what random sampling reaches? The pool, the sizes and the training are
those of [a large pool](#a-large-pool), whose records of random sampling, NTE, MNLP and least confidence are used here
as well (`training_configs/label_savings/`). **Dev decides**, test is reported.

In the tables, *at equal sentences* and *at equal tokens* are the differences to random sampling in F1 points: of the
mean F1 over the budgets that both cover, on the seeds of both. *Saved* is how many labels fewer a method needs for the
F1 with which random sampling ends, the seed set counted, in percent of what random sampling needs for it; a negative
number says that it needs more. `< 55 %` stands for a method that has not reached this F1 when it has used 45 % of these
labels: it saves less, and how much less is not known. `≥ 55 %` stands for one that has reached it with its seed set.
In brackets are 95 % intervals, bootstrapped over seeds, whose ends may be such bounds. Seconds of annotation are those
of [the cost model](details.md#budgets-and-cost). *Words a sentence* is the mean length of what was queried.
"""
SCREENED = """\
Exploratory: many policies, few seeds ({seeds}), no test. Methods are ordered by the smaller of their two differences in
dev F1, at equal sentences and at equal tokens, because a policy should save both. The best {best} are compared in full.
What is trained for more steps is compared with random sampling that is trained as long, and is not among them.
"""
VERDICT = """\
The pairs were fixed before their runs: each of the best of the screening against random sampling. The seeds of the
screening ({seeds} on CoNLL-2003) have chosen the policies, so they are left out here.
"""


def section(results: Path) -> str:
    """All of the experiment."""
    parts = ["## What saves labels\n", INTRODUCTION, progress(results)]
    screened = gains.methods(results, CONLL, SCREENING)
    if BASELINE in screened and len(screened) > 1:
        parts += screening(screened, results)
    found = compared(results)
    for corpus, one in found.items():
        parts += in_full(corpus, one)
    parts += [*verdict(found, gains.best(results)), *parts_of_recommended(results)]
    return "\n".join(filter(None, parts))


def progress(results: Path) -> str:
    """The steps of the plan with what there is of them, and the command that runs the others."""
    rows, lacking, missing = [], [], 0
    for step in STEPS:
        jobs = jobs_of(step, results)
        number = sum(job.record.exists() for job in jobs)
        corpora = ", ".join(map(corpus_title, step.corpora))
        rows.append([step.title, corpora, str(len(step.seeds)), str(number), str(len(jobs) - number)])
        missing += len(jobs) - number
        lacking += unconfigured(step, results)
    table = Table("", ["step", "corpora", "seeds", "runs", "missing"], rows).markdown()
    if lacking:
        table += f"\nThere is no configuration yet of {', '.join(f'`{name}`' for name in dict.fromkeys(lacking))}.\n"
    if not missing:
        return f"All runs are there.\n\n{table}"
    command = "python -m scripts.plan --data FOLDER\nmake results"
    return (
        "The commands make the missing runs, step by step (a run may belong to several steps):\n\n"
        f"```\n{command}\n```\n\n{table}"
    )


def screening(found: Dict[str, Group], results: Path) -> List[str]:
    """All policies on CoNLL-2003 with the seeds of the screening."""
    names = ", ".join(map(str, SCREENING))
    parts = [f"### Screening on {CONLL.title}\n", SCREENED.format(seeds=names, best=BEST)]
    for baseline in (BASELINE, MORE_STEPS):
        for split in SPLITS if len(gains.alike(found, baseline)) > 1 else ():
            heading = f"#### {split.title()} F1 against {gains.title(baseline)}\n"
            parts += [heading, gain_table(found, split, baseline).markdown(), about_random(found, split, baseline)]
    shown_ones = {name for baseline in (BASELINE, MORE_STEPS) for name in gains.alike(found, baseline)}
    if others := sorted({*found} - shown_ones):
        parts.append(f"Without random sampling that is trained for as many steps: {', '.join(others)}.\n")
    best = ", ".join(gains.best(results))
    complete = all(len(group.runs) == len(SCREENING) for group in found.values())
    parts.append(f"The best {BEST} by dev{'' if complete else ' so far, those with most seeds first'}: {best}.\n")
    return [*parts, differing(CONLL, list(found)), environment({CONLL: Comparison(list(found.values()))})]


def compared(results: Path) -> Dict[Corpus, Comparison]:
    """The methods that are shown in full, on each corpus that has random sampling and one more of them."""
    best = gains.best(results)
    names = list(dict.fromkeys([*COMPARED, *best, recommended()["measured_as"]]))
    found = {}
    for corpus in (*CORPORA, E5):
        groups = gains.methods(results, corpus)
        kept = [groups[name] for name in names if name in groups]
        if BASELINE in groups and len(kept) > 1:
            pairs = [(name, BASELINE) for name in best if name in groups and name != BASELINE]
            found[corpus] = Comparison(kept, named=pairs, planned=len(best))
    return found


def in_full(corpus: Corpus, found: Comparison) -> List[str]:
    """The curves and tables of a corpus."""
    groups = {group.name: group for group in found.groups}
    parts = [f"### {corpus_title(corpus)}, in full\n", shown(NAME, corpus, found, MEASURES)]
    for split in (split for split in SPLITS if split in found.splits):
        table = tables.curves(found, split)
        parts.append(f"#### {table.title[0].upper()}{table.title[1:]}\n\n{table.markdown()}")
        parts.append(f"#### {split.title()} F1 against random sampling\n\n{gain_table(groups, split).markdown()}")
        parts.append(about_random(groups, split))
    parts += [found.which_seeds + "\n"] if found.which_seeds else []
    told = [goal(corpus, groups, split) for split in SPLITS]
    return [*parts, bullets([text for text in told if text is not None])]


def goal(corpus: Corpus, groups: Dict[str, Group], split: str) -> Optional[str]:
    """Whether `recommended` saves what it is to save, or by how much it falls short."""
    name = recommended()["measured_as"]
    if corpus.source or corpus.name not in GOALS or not {name, BASELINE}.issubset(groups):
        return None
    found = gains.gain(groups[name], groups[BASELINE], split)
    if found is None or not found.savings:
        return None
    told = [_reached(found.savings[measure], least) for measure, least in GOALS[corpus.name].items()]
    return f"**{split.title()}**, `recommended` ({name}, {counted(len(found.method.runs), 'seed')}): {'; '.join(told)}."


def _reached(one: Saving, least: float) -> str:
    missing = least - one.saved.percent
    if one.saved.bound == LESS:
        state = "is **not reached**, as it does not get to this F1"
    elif missing <= 0:
        state = "is **reached**"
    elif one.saved.bound == EXACT:
        state = f"is **not reached**: {missing:.0f} percentage points are missing"
    else:
        state = "may be reached: the seed set alone gets to this F1"
    return f"{spoken(one)} of the {one.measure} are saved; the goal of {least} % {state}"


def verdict(found: Dict[Corpus, Comparison], best: List[str]) -> List[str]:
    """One verdict a pair over the corpora, at equal sentences and at equal tokens."""
    parts = []
    for split in SPLITS:
        for measure in MEASURES:
            table = pair_tables.over_corpora(confirming(found, best, measure), split)
            if table.rows:
                heading = f"#### {table.title[0].upper()}{table.title[1:]}, at equal {measure}"
                parts.append(f"{heading}\n\n{table.markdown()}")
    if not parts:
        return []
    return ["### The verdict over the corpora\n", VERDICT.format(seeds=", ".join(map(str, SCREENING))), *parts]


def confirming(found: Dict[Corpus, Comparison], best: List[str], measure: str) -> Dict[str, Comparison]:
    """The best against random sampling on each corpus, on the runs that have not chosen them."""
    fresh = {}
    for corpus in (corpus for corpus in found if corpus in CORPORA):
        chosen_by = SCREENING if corpus == CONLL else ()
        every = (
            replace(group, runs=tuple(run for run in group.runs if run.seed not in chosen_by))
            for group in found[corpus].groups
            if group.name in (BASELINE, *best)
        )
        groups = [group for group in every if group.runs]
        pairs = [(group.name, BASELINE) for group in groups if group.name != BASELINE]
        if len(pairs) == len(groups) - 1 > 0:
            with suppress(ConfigurationError):  # no range of tokens in common
                fresh[corpus.title] = Comparison(groups, named=pairs, planned=BEST, against=measure)
    return fresh


def parts_of_recommended(results: Path) -> List[str]:
    """What each part of `recommended` adds, where there are records of it without the part."""
    found = {corpus: gains.methods(results, corpus) for corpus in CORPORA}
    shown_tables = [(split, parts_table(found, split)) for split in SPLITS]
    parts = [f"#### {split.title()}\n\n{table.markdown()}" for split, table in shown_tables if table is not None]
    about = (
        "By how many F1 points `recommended` is better than without one of its parts, at equal sentences and at equal "
        "tokens.\n"
    )
    return ["### The parts of `recommended`\n", about, *parts] if parts else []


def front(results: Path) -> Optional[str]:
    """What `recommended` saves on CoNLL-2003, for README; `None` before there is an interval."""
    groups, name = gains.methods(results, CONLL), recommended()["measured_as"]
    found = gains.gain(groups[name], groups[BASELINE], "test") if {name, BASELINE}.issubset(groups) else None
    if found is None or not set(MEASURES).issubset(found.savings) or len(found.method.runs) < 2:
        return None
    savings, seeds = [found.savings[measure] for measure in reversed(MEASURES)], counted(len(found.method.runs), "seed")
    intervals = "95 % intervals, " if savings[0].places[0] >= 0 else ""
    told = saved_or_needed(f"`recommended` ({gains.title(name)})", savings, f" on {CONLL.title}")
    return (
        f"**What saves labels**: {told} ({intervals}{seeds}){_over_corpora(results, name)}. "
        "[All policies](docs/results.md#what-saves-labels)."
    )


def _over_corpora(results: Path, name: str) -> str:
    """The verdict over the corpora on a method, as the end of a sentence; empty where there is none."""
    found, best, told = compared(results), gains.best(results), []
    for measure in MEASURES:
        fresh = confirming(found, best, measure)
        for one in (one for one in over_corpora(fresh, "test") if one.first == name):
            difference = f"{signed(one.difference)} at equal {measure} [{between(one.interval)}]"
            told.append(f"{difference}, {'' if one.significant else 'not '}statistically significant")
    return f"; over the corpora its mean test F1 is {'; '.join(told)}" if told else ""


def pictures(results: Path) -> Charts:
    """The curves, against sentences and tokens."""
    return charts(NAME, compared(results), MEASURES, looks=COMPARED)
