"""The records of the experiments: which there are, which are missing, and the comparisons that they make."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.run_groups import Group, find_runs, group_runs
from seqmix_plugin.reporting.table import Table

ROOT = Path(__file__).resolve().parent.parent.parent
CORPORA = {"webpage": "WebPage", "conll": "CoNLL-2003", "events": "event triggers"}
SOURCES = {"": "", "minilm": "MiniLM", "offline": "E5 and SmolLM2"}
METHODS = ("random", "nte", "nte_duplicate", "nte_more_steps", "nte_sub", "lc", "mnlp", "bald", "qbc", "train_on_all")
"""The order of the rows; other methods follow."""
SEEDS = 8
"""Of each configuration: with them one of six pairs of methods can differ significantly."""
Pairs = Sequence[Tuple[str, str]]


class Corpus(NamedTuple):
    """A corpus, and the source of the models that ran on it where the names of the configurations say it."""

    source: str
    name: str

    @property
    def prefix(self) -> str:
        """How the names of its configurations begin."""
        return f"{self.source}_{self.name}_" if self.source else f"{self.name}_"

    @property
    def title(self) -> str:
        """As headings and tables name it."""
        return ", ".join(filter(None, (CORPORA[self.name], SOURCES[self.source])))


EVERY = [Corpus(source, name) for source in SOURCES for name in CORPORA]


def comparisons(results: Path, experiment: str, named: Pairs = ()) -> Dict[Corpus, Comparison]:
    """
    Those of the corpora that have records of an experiment; of the named pairs those with records of both, corrected
    for all that were named.
    """
    found = ((corpus, _comparison(results / experiment, corpus, named)) for corpus in EVERY)
    return {corpus: one for corpus, one in found if one is not None}


def _comparison(folder: Path, corpus: Corpus, named: Pairs) -> Optional[Comparison]:
    groups = methods_of([folder], corpus)
    names = {group.name for group in groups}
    pairs = [pair for pair in named if names.issuperset(pair)]
    return Comparison(groups, named=pairs, planned=len(named)) if groups else None


def methods_of(experiments: Sequence[Path], corpus: Corpus) -> List[Group]:
    """The methods that have records of a corpus in the folders of these experiments, in their order."""
    every = [path for folder in experiments for path in sorted(folder.glob(f"{corpus.prefix}*"))]
    folders = [path for path in every if any(path.glob("*.json"))]
    if not folders:
        return []
    runs, skipped = find_runs(list(map(str, folders)))
    groups, left_out = group_runs(runs)
    if skipped or left_out:
        sys.exit("\n".join([*skipped, *left_out]))
    groups = [Group(group.name.removeprefix(corpus.prefix), group.runs) for group in groups]
    return sorted(groups, key=lambda group: (place(group.name), group.name))


def place(method: str) -> int:
    """Where a method stands among the rows."""
    return METHODS.index(method) if method in METHODS else len(METHODS)


def progress(results: Path, experiment: str, sizes: Sequence[str] = ("",)) -> str:
    """
    How many seeds of each configuration there are so far, and the command that runs the others. Where methods begin
    with one of `sizes`, each size is a column.
    """
    there: Dict[Tuple[Corpus, str], Dict[str, int]] = {}
    for path in sorted((ROOT / "training_configs" / experiment).glob("*.jsonnet")):
        corpus = next(corpus for corpus in EVERY if path.stem.startswith(corpus.prefix))
        method = path.stem.removeprefix(corpus.prefix)
        size = next(size for size in sizes if method.startswith(size))
        number = len(list((results / experiment / path.stem).glob("*.json")))
        there.setdefault((corpus, size), {})[method.removeprefix(size)] = number
    columns = [(corpus, size) for corpus in EVERY for size in sizes if (corpus, size) in there]
    methods = sorted({method for found in there.values() for method in found}, key=lambda name: (place(name), name))
    rows = [[method, *(str(there[column].get(method, "–")) for column in columns)] for method in methods]
    missing = sum(max(0, SEEDS - number) for found in there.values() for number in found.values())
    planned = SEEDS * sum(map(len, there.values()))
    state = (
        f"{planned - missing} of {planned} runs are there; {missing} are missing" if missing else "All runs are there"
    )
    table = Table(
        "",
        ["seeds so far", *(", ".join(filter(None, (corpus.title, size.rstrip("_")))) for corpus, size in columns)],
        rows,
    ).markdown()
    command = f"python -m scripts.experiments {experiment} --data FOLDER --seeds 1-{SEEDS}\nmake results"
    return f"{state}. The commands run what is missing:\n\n```\n{command}\n```\n\n{table}"


def environment(found: Dict[Corpus, Comparison]) -> str:
    """Where the runs of an experiment were made."""
    runs = [run for comparison in found.values() for group in comparison.groups for run in group.runs]
    versions: Dict[str, set] = {}
    for run in runs:
        for name, version in run.environment.get("versions", {}).items():
            versions.setdefault(name, set()).add(str(version))
    named = "; ".join(f"{name} {', '.join(sorted(values))}" for name, values in sorted(versions.items()))
    facts = {
        name: sorted({str(run.environment.get(name, "unknown")) for run in runs}) for name in ("threads", "device")
    }
    revisions = sorted({str(run.environment.get("revision", "unknown")) for run in runs})
    made_by = (
        f"revision {revisions[0]}" if len(revisions) == 1 else f"{len(revisions)} revisions, which the records name"
    )
    data_seeds = ", ".join(map(str, sorted({run.data_seed for run in runs})))
    machine = "; ".join(f"{name} {', '.join(values)}" for name, values in facts.items())
    return f"`data_seed` {data_seeds}; {machine}; {made_by}; {named}.\n"


def demoted(markdown: str, levels: int) -> str:
    """Markdown with its headings that many levels lower."""
    return re.sub(r"^#", "#" * (levels + 1), markdown, flags=re.MULTILINE)


def papers_numbers(results: Path) -> Any:
    """Typed from the paper's tables, the only numbers that are."""
    return json.loads((results / "paper.json").read_text(encoding="utf-8"))


def names_of(found: Comparison) -> List[str]:
    """The methods of a comparison."""
    return [group.name for group in found.groups]
