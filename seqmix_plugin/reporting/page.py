"""The report as one HTML file that works offline: verdicts, charts, tables, and details of the runs."""

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.charts import comparisons, generated_sentences
from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.charts.rendering import browser_script
from seqmix_plugin.charts.theme import COLOURS, THEME
from seqmix_plugin.errors import first_line
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.reporting import chart_data, formatting, run_details, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.generated_sentences import GeneratedSentences, examples
from seqmix_plugin.reporting.verdict import ranked, verdict
from seqmix_plugin.run.layout import NOT_MEASURED

TEMPLATES = Path(__file__).parent / "templates"


def write_page(comparison: Comparison, notes: Sequence[str], path: Path, target: Optional[float] = None) -> None:
    """
    Writes a comparison as a page for a browser. It requests nothing from any server.

    # Parameters

    comparison : `Comparison`
        The methods.
    notes : `Sequence[str]`
        Lines on folders that were skipped and runs that were left out.
    path : `Path`
        The HTML file.
    target : `float`, optional (default = `None`)
        The F1 for which needed labels are shown at first; by default the highest whole F1 that all methods reach.
    """
    names, splits, curves = [group.name for group in comparison.groups], comparison.splits, comparison.curves
    cells = chart_data.cells(comparison)
    generated, broken = _generated(comparison)
    rows = {
        "curves": chart_data.mean_rows(comparison),
        "overlaps": chart_data.overlap_rows(curves),
        "densities": chart_data.density_rows(curves),
        "funnel": chart_data.funnel_rows(comparison.groups),
        "histogram": [row for one in generated for row in one.histogram()],
    }
    payload = {
        "names": names,
        "kinds": comparison.kinds,
        "num_colours": len(COLOURS),
        "scored_by": {one.group.name: one.score_name for one in generated},
        "examples": examples(generated),
        "target": target,
        "targets": {name: comparison.target(*cell) for name, cell in cells.items()},
        "reached": chart_data.reached_curves(comparison),
        "charts": _charts(comparison, rows, generated),
    }
    context = {
        "names": names,
        "positions": {name: position for position, name in enumerate(names)},
        "curves": [group.name for group in curves],
        "splits": splits,
        "cells": cells,
        "unscored": NOT_MEASURED if not comparison.measured else "on no common split",
        "verdicts": {split: verdict(comparison, split, target) for split in splits},
        "rival": comparison.baseline or (ranked(comparison.same_seeds, splits[0])[0][-1].group.name if splits else ""),
        "uneven": len({tuple(group.budgets()) for group in curves}) > 1,
        "pairs": comparison.pairs(splits[0]) if splits else [],
        "corpus": comparison.groups[0].runs[0].configuration.get("train_data_path"),
        "notes": [*notes, *broken],
        "differing": run_details.differing_keys(comparison.groups),
        "details": run_details.run_details(comparison.groups),
    }
    context |= {"comparison": comparison, "target": target, "rows": rows, "payload": payload}
    html = _environment().get_template("page.html.j2").render(context)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, html.lstrip().encode("utf-8", errors="replace"))  # names of files may be anything


def _generated(comparison: Comparison) -> Tuple[List[GeneratedSentences], List[str]]:
    """What each method generated, and a line on each of those whose files cannot be read."""
    readable, broken = [], []
    for group in comparison.groups:
        try:
            readable.append(GeneratedSentences(group))
        except ConfigurationError as error:
            broken.append(f"{first_line(error)}; what {group.name} generated is left out")
    return readable, broken


def _charts(comparison: Comparison, rows: Dict[str, Any], generated: Sequence[GeneratedSentences]) -> Dict[str, Any]:
    names, references = ([group.name for group in some] for some in (comparison.groups, comparison.references))
    means = [[row for row in rows["curves"] if (row["method"] in references) is level] for level in (False, True)]
    ends = [{"method": one.group.name, "end": end} for one in generated for end in one.accepted_range if end > 0]
    return {
        "curves": learning_curves(names, means[0], chart_data.run_rows(comparison), means[1]),
        "differences": comparisons.differences(chart_data.pair_rows(comparison)),
        "overlaps": comparisons.overlaps(rows["overlaps"]),
        "densities": comparisons.densities(names, rows["densities"]),
        "funnel": generated_sentences.funnel(rows["funnel"]),
        "histogram": generated_sentences.histogram(rows["histogram"], ends),
    }


def _environment() -> Any:
    import jinja2  # slow to import, and an extra

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=formatting.visible,
    )
    environment.policies["json.dumps_function"] = lambda value, **kwargs: json.dumps(
        formatting.visible(value), **kwargs
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    environment.filters["counted"] = formatting.counted
    # Nothing in the script may end the element that holds it.
    script = re.sub("</(?=script)", r"<\\/", browser_script(), flags=re.IGNORECASE)
    environment.globals.update(vega=script, theme=THEME, colours=COLOURS, tables=tables, p_value=formatting.p_value)
    return environment
