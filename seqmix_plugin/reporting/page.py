"""The report as one HTML file that works offline: answers, charts, tables, and where they come from."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.reporting import charts, wording
from seqmix_plugin.reporting.answer import answer, ranked
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.generated import Generated, funnel
from seqmix_plugin.reporting.grouping import Group
from seqmix_plugin.reporting.origins import differing_keys, origins
from seqmix_plugin.reporting.page_data import (
    MEASURES,
    STAGES,
    cell_name,
    labels_needed,
    line_rows,
    mean_rows,
    pair_rows,
    run_rows,
    seconds_a_stage,
    table,
    targets,
)
from seqmix_plugin.reporting.page_examples import examples
from seqmix_plugin.reporting.palette import BACKGROUNDS, COLOURS, look
from seqmix_plugin.reporting.queried import densities, overlaps
from seqmix_plugin.run.layout import NOT_MEASURED
from seqmix_plugin.run.reader import FUNNEL

TEMPLATES = Path(__file__).parent / "templates"
WORDING = ("decimal", "signed", "between", "p_value", "with_deviation", "counted", "labels", "saving", "breakable")


def write_page(comparison: Comparison, notes: Sequence[str], path: Path, target: Optional[float] = None) -> None:
    """
    Writes a comparison as a page for a browser. It asks no server for anything.

    # Parameters

    comparison : `Comparison`
        The methods.
    notes : `Sequence[str]`
        Lines on folders that were skipped and runs that wait.
    path : `Path`
        The HTML file.
    target : `float`, optional (default = `None`)
        The F1 for which needed labels are shown at first; by default the highest whole F1 that all methods reach.
    """
    generated, broken = _generated(comparison.groups)
    context = {
        **_overall(comparison, [*notes, *broken]),
        **_measured(comparison, target),
        **_made(comparison, generated),
        "differing": differing_keys(comparison.groups),
        "origins": origins(comparison.groups),
    }
    context["payload"] = _payload(comparison, context, target)
    html = _environment().get_template("page.html.j2").render(context)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, html.lstrip().encode("utf-8", errors="replace"))  # names of files may be anything


def _generated(groups: Sequence[Group]) -> Tuple[List[Generated], List[str]]:
    """What each method generated, and a line on each of those whose files cannot be read."""
    readable, broken = [], []
    for group in groups:
        try:
            one = Generated(group)
        except ConfigurationError as error:
            broken.append(f"{first_line(error)}; what {group.name} generated is left out")
            continue
        readable.append(one)
    return readable, broken


def _overall(comparison: Comparison, notes: Sequence[str]) -> Dict[str, Any]:
    curves = comparison.curves
    groups = [
        {
            "name": group.name,
            "position": position,
            "colour": look(position)[0],
            "shape": look(position)[1],
            "num_runs": len(group.runs),
            "is_curve": group in curves,
        }
        for position, group in enumerate(comparison.groups)
    ]
    return {
        "groups": groups,
        "positions": {group["name"]: group["position"] for group in groups},
        "splits": comparison.splits,
        "unscored": _unscored(comparison),
        "kinds": ["", *comparison.kinds],
        "measures": MEASURES,
        "stages": STAGES,
        "funnel_stages": FUNNEL,
        "baseline": comparison.baseline,
        "corpus": comparison.groups[0].runs[0].configuration.get("train_data_path"),
        "notes": notes,
        "colours": COLOURS,
        "backgrounds": BACKGROUNDS,
    }


def _unscored(comparison: Comparison) -> Tuple[str, str]:
    """Why there is no split to be shown, if there is none: in short and in full."""
    if comparison.measured:
        return "on no common split", "No split was measured by all methods."
    return NOT_MEASURED, f"F1 is {NOT_MEASURED}: there was no dev and no test file."


def _measured(comparison: Comparison, target: Optional[float]) -> Dict[str, Any]:
    splits = comparison.splits
    pairs = {split: comparison.pairs(split) for split in splits}
    first = targets(comparison)
    return {
        "answers": {split: answer(comparison, split, pairs[split], target) for split in splits},
        "summaries": {
            (split, kind): comparison.summaries(split, kind) for split in splits for kind in ("", *comparison.kinds)
        },
        "paired": {
            (split, kind): {summary.group.name: summary for summary in comparison.same_seeds.summaries(split, kind)}
            for split in splits
            for kind in ("", *comparison.kinds)
        },
        "which_seeds": comparison.which_seeds,
        "means": mean_rows(comparison, comparison.groups),
        "targets": dict.fromkeys(first, target) if target is not None else first,
        "pairs": pairs,
        "seconds": seconds_a_stage(comparison.groups),
        "rival": _rival(comparison),
        "uneven": len({tuple(group.budgets()) for group in comparison.curves}) > 1,
    }


def _rival(comparison: Comparison) -> str:
    """The method that savings are first shown against: the baseline, or else the one with the lowest mean."""
    if comparison.baseline is not None or not comparison.splits:
        return comparison.baseline or comparison.curves[0].name
    return ranked(comparison.same_seeds, comparison.splits[0])[0][-1].group.name


def _made(comparison: Comparison, generated: Sequence[Generated]) -> Dict[str, Any]:
    bins = charts.stacked([row for one in generated for row in one.histogram()])
    in_common, dense = overlaps(comparison.curves), densities(comparison.curves)
    stages = funnel(comparison.groups)
    return {
        "overlaps": in_common,
        "densities": dense,
        "funnel": stages,
        "overlap_table": table(in_common, ("first", "second"), "round"),
        "density_table": table(dense, ("group",), "round"),
        "funnel_table": table(stages, ("group", "round"), "stage"),
        "bins": bins,
        "ranges": {one.group.name: one.accepted_range for one in generated},
        "scored_by": {one.group.name: one.score_name for one in generated},
        "examples": examples(generated),
    }


def _payload(comparison: Comparison, context: Dict[str, Any], target: Optional[float]) -> Dict[str, Any]:
    """What the page's script reads."""
    names = [group.name for group in comparison.groups]
    curves = [group.name for group in comparison.curves]
    means = [row for row in context["means"] if row["group"] in curves]
    references = [row for row in context["means"] if row["group"] not in curves]
    pairs = [row for split, some in context["pairs"].items() for row in pair_rows(some, split)]
    ends = [{"group": name, "end": end} for name, limits in context["ranges"].items() for end in limits or () if end]
    runs = run_rows(comparison, comparison.curves)
    return {
        "names": names,
        "kinds": comparison.kinds,
        "num_colours": len(COLOURS),
        "scored_by": context["scored_by"],
        "target": target,
        "targets": context["targets"],
        "labels": labels_needed(comparison, target),
        "examples": context["examples"],
        "charts": {
            "curves": charts.curves(names, line_rows(means), means, runs, references),
            "differences": charts.differences(pairs),
            "overlaps": charts.overlaps(context["overlaps"]),
            "densities": charts.densities(names, context["densities"]),
            "funnel": charts.funnel(context["funnel"]),
            "histogram": charts.histogram(context["bins"], ends),
        },
    }


def _environment() -> Any:
    import jinja2  # slow to import

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=wording.visible,
    )
    environment.policies["json.dumps_function"] = lambda value, **kwargs: json.dumps(wording.visible(value), **kwargs)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    environment.filters.update({name: getattr(wording, name) for name in WORDING})
    environment.globals.update(cell_name=cell_name, vega=_vega())
    return environment


@lru_cache(maxsize=1)
def _vega() -> str:
    """Vega, Vega-Lite and vega-embed as one script; nothing in it ends the element that it stands in."""
    import vl_convert  # slow to import

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return re.sub("</(?=script)", r"<\\/", script, flags=re.IGNORECASE)
