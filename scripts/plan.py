"""
Makes the runs that the results on saving labels still lack, step by step.

    python -m scripts.plan --data FOLDER --workers 2 --commit

The steps are those that `docs/results.md` needs, in their order. What the later ones run depends on the records: the
policies that are compared in full are the best of the screening.
"""

import argparse
import sys
from pathlib import Path
from typing import List, NamedTuple, Sequence

from scripts.experiments import KEYS, STOPPED, Job, add_options, checked, finish, named, place_of
from scripts.results.gains import (
    BASELINE,
    CONFIGURATIONS,
    CONLL,
    CORPORA,
    E5,
    SCREENING,
    best,
    configuration,
    recommended,
)
from scripts.results.records import SEEDS, Corpus

ALL, BEST, RECOMMENDED, PARTS = "all of label_savings", "the best", "recommended", "recommended without a part"


class Step(NamedTuple):
    """Runs that answer a question together: each seed with all methods on all corpora, then the next seed."""

    title: str
    corpora: Sequence[Corpus]
    methods: Sequence[str]
    """Names of methods, or one of the groups above."""
    seeds: Sequence[int]


EVERY_SEED = tuple(range(1, SEEDS + 1))
COMPARED = (BASELINE, "mnlp", "nte", RECOMMENDED, BEST)
STEPS = (
    Step("baselines", [CONLL], (BASELINE, "mnlp", "nte", "lc"), SCREENING),
    Step("screening", [CONLL], (ALL,), SCREENING),
    Step("full comparison", CORPORA, COMPARED, EVERY_SEED),
    Step("parts of recommended", CORPORA, (RECOMMENDED, PARTS), EVERY_SEED),
    Step("E5", [E5], (BASELINE, RECOMMENDED), SCREENING),
)


def methods_of(step: Step, corpus: Corpus, results: Path) -> List[str]:
    """The names of the methods of a step on a corpus."""
    names: List[str] = []
    for name in step.methods:
        if name == ALL:
            folder = CONFIGURATIONS / "label_savings"
            every = [path.stem.removeprefix(corpus.prefix) for path in folder.glob(f"{corpus.prefix}*.jsonnet")]
            names += sorted(every, key=place_of)
        elif name == BEST:
            names += best(results)
        elif name == RECOMMENDED:
            names.append(recommended()["measured_as"])
        else:
            names += recommended()["without"].values() if name == PARTS else [name]
    return list(dict.fromkeys(names))


def jobs_of(step: Step, results: Path) -> List[Job]:
    """All runs of a step for which there is a configuration, seed by seed."""
    every = [configuration(corpus, name) for corpus in step.corpora for name in methods_of(step, corpus, results)]
    paths = [path for path in every if path is not None]
    return [
        Job(path, seed, results / path.parent.name / path.stem / f"{seed}.json")
        for seed in step.seeds
        for path in paths
    ]


def unconfigured(step: Step, results: Path) -> List[str]:
    """The names of the configurations that a step lacks."""
    pairs = [(corpus, name) for corpus in step.corpora for name in methods_of(step, corpus, results)]
    return [f"{corpus.prefix}{name}" for corpus, name in pairs if configuration(corpus, name) is None]


def main(arguments: Sequence[str]) -> int:
    """Makes the missing runs; see `scripts.experiments.run` for what is returned."""
    options = argparse.ArgumentParser(prog="python -m scripts.plan", description=__doc__.strip().split("\n\n")[0])
    titles = [step.title for step in STEPS]
    options.add_argument(
        "--steps", nargs="+", choices=titles, default=titles, help=f"only these, of {', '.join(titles)}", metavar="STEP"
    )
    add_options(options)
    given, code = checked(options.parse_args(arguments)), 0
    for step in (step for step in STEPS if step.title in given.steps):
        results = given.results.resolve()
        for name in unconfigured(step, results):
            print(f"{step.title}: there is no configuration {name}.jsonnet", flush=True)
        if BEST in step.methods:
            print(
                f"{step.title}: the best of the screening so far are {', '.join(best(results)) or 'not known'}",
                flush=True,
            )
        every = jobs_of(step, results)
        for key in KEYS:
            wanted = getattr(given, key)
            every = [job for job in every if not wanted or named(job.configuration.stem)[key] in wanted]
        code = max(code, finish(step.title, every, given))
        if code == STOPPED:
            break
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
