"""Runs side by side, for Python and notebooks."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple, Union

from seqmix_plugin.api.frames import frame
from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.api.picture import Picture
from seqmix_plugin.api.run import Run
from seqmix_plugin.charts.learning_curves import MEASURES, learning_curves
from seqmix_plugin.charts.rendering import pictures
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.extras import check_extra
from seqmix_plugin.io.atomic import write_bytes, write_text
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.reporting import chart_data, tables
from seqmix_plugin.reporting.comparison import Comparison as Compared
from seqmix_plugin.reporting.page import write_page
from seqmix_plugin.reporting.run_groups import Group, find_runs, group_runs, with_cost
from seqmix_plugin.reporting.scores_csv import scores_csv
from seqmix_plugin.run.layout import NOT_MEASURED

if TYPE_CHECKING:
    import pandas

Place = Union[Run, str, "os.PathLike[str]"]
PAGE, CSV, TABLES = "report.html", "scores.csv", "tables.md"
"""The files of a report."""
MOST_NOTES = 3


class Comparison:
    """
    Methods side by side, see `compare`.

    # Parameters

    compared : `seqmix_plugin.reporting.comparison.Comparison`
        The methods.
    notes : `Sequence[str]`
        Lines on runs that were left out.
    split : `str`
        The split of table, differences and chart; empty when nothing is measured.
    """

    def __init__(self, compared: Compared, notes: Sequence[str], split: str) -> None:
        self.compared = compared
        self.notes = list(notes)
        self.split = split

    @property
    def table(self) -> "pandas.DataFrame":
        """
        A row per method: `method`; `seeds`, their number; the mean F1 at each budget in a column of its own, whose name
        is the budget; `mean` over the budgets with its `deviation` over seeds; `area` under the curve. F1 is in points.
        """
        summaries = self.compared.summaries(self.split) if self.split else []
        rows = []
        for one in summaries:
            mean, deviation = one.mean_over_budgets
            at_budgets: Dict[Any, float] = dict(zip(map(_whole, one.budgets), one.mean, strict=True))
            ends = {"mean": mean, "deviation": deviation, "area": one.area}
            rows.append({"method": one.group.name, "seeds": len(one.group.runs), **at_budgets, **ends})
        budgets = sorted({_whole(budget) for one in summaries for budget in one.budgets})
        return frame(rows, ["method", "seeds", *budgets])

    @property
    def differences(self) -> "pandas.DataFrame":
        """
        A row per pair of methods: `first`, `second`; `difference`, the first minus the second in F1 points, the mean
        over budgets and `seeds`; its 95 % bootstrap interval from `low` to `high`; `p` of the sign-flip test and
        `adjusted_p` after Holm's correction; `significant`; `verdict` in words; `wilcoxon_p`, the paper's test.
        """
        columns = ("first", "second", "difference", "low", "high", "seeds", "p", "adjusted_p", "significant")
        return frame([_difference(pair) for pair in self.compared.pairs.get(self.split, [])], columns)

    @python_errors()
    def plot(self) -> Picture:
        """
        The learning curves, which a notebook shows.

        # Returns

        `Picture`
            `save` writes it to a file.

        # Raises

        `ConfigurationError`
            Without the extra `report`, or when nothing is measured.
        """
        check_extra("report", "a chart")
        if not self.split:
            raise ConfigurationError(f"there is no curve to plot: F1 is {NOT_MEASURED}")
        means, runs = chart_data.mean_rows(self.compared), chart_data.run_rows(self.compared)
        references = {group.name for group in self.compared.references}
        names = [group.name for group in self.compared.groups]
        spec = learning_curves(
            names,
            [row for row in means if row["method"] not in references],
            runs,
            [row for row in means if row["method"] in references],
            width=560,
            height=340,
            cell=f"{self.split}/",
            measure=self.compared.against,
        )
        return Picture(f"learning curves of {', '.join(names)}", lambda form: pictures((spec, form))[0])

    @python_errors()
    def write(self, folder: Union[str, "os.PathLike[str]"]) -> Path:
        """
        Writes the report of `seqmix compare` into a folder: `report.html`, `scores.csv` with every score of every run,
        and `tables.md`.

        # Parameters

        folder : `Union[str, os.PathLike[str]]`
            Is made where it does not exist.

        # Returns

        `Path`
            That of `report.html`.

        # Raises

        `ConfigurationError`
            Without the extra `report`, or when a file cannot be written.
        """
        check_extra("report", "the report")
        place = Path(folder)
        make_folder(place)
        write_text(place / CSV, scores_csv(self.compared.groups))
        write_bytes(place / TABLES, tables.markdown(self.compared, self.notes).encode("utf-8", errors="replace"))
        write_page(self.compared, self.notes, place / PAGE)
        return place / PAGE

    def __repr__(self) -> str:
        names = ", ".join(f"{group.name} ({len(group.runs)})" for group in self.compared.groups)
        return f"<Comparison on {self.split or 'nothing: ' + NOT_MEASURED}: {names}>"

    def _repr_html_(self) -> str:
        return str(self.table.round(2).to_html(index=False))


@python_errors()
def compare(
    runs: Sequence[Place],
    names: Optional[Sequence[str]] = None,
    *,
    split: Optional[str] = None,
    baseline: Optional[str] = None,
    pairs: Sequence[Tuple[str, str]] = (),
    against: str = "sentences",
) -> Comparison:
    """
    Compares runs on the same data, as `seqmix compare` does: runs of one configuration are the seeds of one method.

    # Parameters

    runs : `Sequence[Union[Run, str, os.PathLike[str]]]`
        Runs, folders of runs, folders that hold such folders, or records.
    names : `Sequence[str]`, optional (default = `None`)
        The method of each of them; by default named by their folders.
    split : `str`, optional (default = `None`)
        `"test"` or `"dev"`; by default test where it was measured.
    baseline : `str`, optional (default = `None`)
        Compare all methods with this one only; fewer pairs need fewer seeds.
    pairs : `Sequence[Tuple[str, str]]`, optional (default = `()`)
        Compare these pairs of methods only.
    against : `str`, optional (default = `"sentences"`)
        What annotations are counted in: `"sentences"`, `"tokens"`, `"entities"` or `"seconds"`, which they cost.

    # Returns

    `Comparison`

    # Raises

    `ConfigurationError`
        No run; runs on different data; as many names as there are runs are needed, one for each configuration; an
        unknown baseline, method, split or measure.
    """
    if isinstance(runs, (str, os.PathLike, Run)):
        runs = [runs]
    places = [str(run.folder) if isinstance(run, Run) else os.fspath(run) for run in runs]
    if against not in MEASURES:
        raise ConfigurationError(f"against is {quoted(against)}; expected one of {', '.join(MEASURES)}")
    if baseline is not None and pairs:
        raise ConfigurationError("baseline and pairs exclude each other: both say what is compared")
    found, notes = find_runs(places)
    if not found:
        reasons = "; ".join(notes[:MOST_NOTES])
        raise ConfigurationError(reasons or "there is no run to compare; give runs or folders of runs")
    groups, left_out = group_runs(found)
    named = groups if names is None else _named(groups, places, names)
    compared = Compared(with_cost(named), baseline, list(pairs), against)
    return Comparison(compared, [*notes, *left_out], _split(compared, split))


def _named(groups: Sequence[Group], places: Sequence[str], names: Sequence[str]) -> List[Group]:
    """The groups with the names that were given to their runs."""
    if isinstance(names, str) or len(names) != len(places):
        raise ConfigurationError(f"names has {len(names)} names for {len(places)} runs; expected one for each")
    by_place = {str(run.path): name for place, name in zip(places, names, strict=True) for run in find_runs([place])[0]}
    result = []
    for group in groups:
        given = {by_place[str(run.path)] for run in group.runs}
        if len(given) > 1:
            raise ConfigurationError(
                f"names: {' and '.join(sorted(given))} are runs of one configuration; expected one name for them"
            )
        result.append(Group(given.pop(), group.runs, group.cost))
    twice = next((one.name for one in result if [other.name for other in result].count(one.name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"names: {twice} stands for several configurations; expected a name for each")
    return result


def _split(compared: Compared, wanted: Optional[str]) -> str:
    """The split that is shown; empty where nothing is measured."""
    if wanted is not None and wanted not in compared.splits:
        measured = " and ".join(compared.splits) or "none"
        raise ConfigurationError(f"split is {quoted(wanted)}; what all of these runs have measured is {measured}")
    return wanted or next(iter(compared.splits), "")


def _whole(budget: float) -> Union[int, float]:
    """A budget as the name of a column."""
    return int(budget) if budget == int(budget) else budget


def _difference(pair: Any) -> Dict[str, Any]:
    """The row of a pair of methods."""
    low, high = pair.interval or (None, None)
    return {
        "first": pair.first,
        "second": pair.second,
        "difference": pair.difference,
        "low": low,
        "high": high,
        "seeds": len(pair.units),
        "p": pair.p,
        "adjusted_p": pair.adjusted_p,
        "significant": pair.significant,
        "verdict": pair.verdict,
        "wilcoxon_p": pair.wilcoxon_p,
    }
