"""The report as one HTML file that works offline: verdicts, charts, tables, and details of the runs."""

import re
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from seqmix_plugin.charts import comparisons
from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.charts.rendering import browser_script
from seqmix_plugin.charts.theme import COLOURS, THEME
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.reporting import chart_data, formatting, tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.generated_sentences import GeneratedSentences, examples
from seqmix_plugin.reporting.verdict import ranked, verdict

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
    names = [group.name for group in comparison.groups]
    generated, broken = [], []
    for group in comparison.groups:
        try:
            generated.append(GeneratedSentences(group))
        except ConfigurationError as error:
            broken.append(f"{first_line(error)}; what {group.name} generated is left out")
    rows = {
        "curves": chart_data.mean_rows(comparison),
        "overlaps": chart_data.overlap_rows(comparison.curves),
        "densities": chart_data.density_rows(comparison.curves),
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
        "targets": {name: comparison.target(*cell) for name, cell in chart_data.cells(comparison).items()},
        "reached": chart_data.reached_curves(comparison),
        "charts": _charts(comparison, rows, generated),
    }
    notes = [*notes, *broken]
    html = _html(comparison=comparison, names=names, target=target, notes=notes, rows=rows, payload=payload)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, html.encode("utf-8", errors="replace"))  # names of files may be anything


def _charts(comparison: Comparison, rows: Dict[str, Any], generated: Sequence[GeneratedSentences]) -> Dict[str, Any]:
    names, references = ([group.name for group in some] for some in (comparison.groups, comparison.references))
    means = [[row for row in rows["curves"] if (row["method"] in references) is level] for level in (False, True)]
    ends = [{"method": one.group.name, "end": end} for one in generated for end in one.accepted_range if end > 0]
    return {
        "curves": learning_curves(names, means[0], chart_data.run_rows(comparison), means[1]),
        "differences": comparisons.differences(chart_data.pair_rows(comparison)),
        "overlaps": comparisons.overlaps(rows["overlaps"]),
        "densities": comparisons.densities(names, rows["densities"]),
        "funnel": comparisons.funnel(rows["funnel"]),
        "histogram": comparisons.histogram(rows["histogram"], ends),
    }


def _html(**context: Any) -> str:
    import jinja2.utils  # slow to import, and an extra

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=formatting.visible,
    )
    environment.filters["counted"] = formatting.counted
    kept: Dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    data = jinja2.utils.htmlsafe_json_dumps(formatting.visible(context["payload"]), **kept)
    # Nothing in the script may end the element that holds it.
    script = re.sub("</(?=script)", r"<\\/", browser_script(), flags=re.IGNORECASE)
    environment.globals.update(vega=script, theme=THEME, colours=COLOURS, p_value=formatting.p_value)
    environment.globals.update(tables=tables, chart_data=chart_data, verdict=verdict, ranked=ranked)
    return environment.get_template("page.html.j2").render(context, data=data).lstrip()
