"""The report as one HTML file that works offline: verdicts, charts, tables, and details of the runs."""

import re
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Sequence

from seqmix_plugin.charts import comparisons
from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.charts.rendering import browser_script
from seqmix_plugin.charts.theme import COLOURS, THEME
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.reporting import chart_data, formatting, pair_tables, tables
from seqmix_plugin.reporting.axis import annotated
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.generated_sentences import GeneratedSentences, examples
from seqmix_plugin.reporting.training import training, training_sentences
from seqmix_plugin.reporting.verdict import ranked, verdict

TEMPLATES = Path(__file__).parent / "templates"
NUM_STEPS = 8
"""What the generated sentences, each of the charts and the page itself are in a bar of progress."""


def write_page(
    comparison: Comparison,
    notes: Sequence[str],
    path: Path,
    target: Optional[float] = None,
    advance: Callable[[], None] = lambda: None,
) -> None:
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
    advance : `Callable[[], None]`, optional
        Is called after each of `NUM_STEPS` steps; by default it does nothing.

    # Raises

    `ConfigurationError`
        When the charts cannot be drawn, or the file cannot be written.
    """
    try:
        html = _drawn(comparison, notes, target, advance)
    except (ConfigurationError, ImportError) as error:
        raise ConfigurationError(f"{path} is not drawn: {first_line(error)}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, html.encode("utf-8", errors="replace"))  # names of files may be anything
    advance()


def _drawn(comparison: Comparison, notes: Sequence[str], target: Optional[float], advance: Callable[[], None]) -> str:
    names = [group.name for group in comparison.groups]
    generated, broken = [], []
    for group in comparison.groups:
        try:
            generated.append(GeneratedSentences(group))
        except ConfigurationError as error:
            broken.append(f"{first_line(error)}; what {group.name} generated is left out")
    advance()
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
        "charts": _charts(comparison, rows, generated, advance),
    }
    notes = [*notes, *broken]
    return _html(comparison=comparison, names=names, target=target, notes=notes, rows=rows, payload=payload)


def _charts(
    comparison: Comparison,
    rows: Dict[str, Any],
    generated: Sequence[GeneratedSentences],
    advance: Callable[[], None],
) -> Dict[str, Any]:
    names, references = ([group.name for group in some] for some in (comparison.groups, comparison.references))
    means = [[row for row in rows["curves"] if (row["method"] in references) is level] for level in (False, True)]
    ends = [{"method": one.group.name, "end": end} for one in generated for end in one.accepted_range if end > 0]
    charts: Dict[str, Callable[[], Dict[str, Any]]] = {
        "curves": lambda: learning_curves(
            names, means[0], chart_data.run_rows(comparison), means[1], measure=comparison.against
        ),
        "differences": lambda: comparisons.differences(chart_data.pair_rows(comparison)),
        "overlaps": lambda: comparisons.overlaps(rows["overlaps"]),
        "densities": lambda: comparisons.densities(names, rows["densities"]),
        "funnel": lambda: comparisons.funnel(rows["funnel"]),
        "histogram": lambda: comparisons.histogram(rows["histogram"], ends),
    }
    drawn = {}
    for name, draw in charts.items():
        drawn[name] = draw()
        advance()
    return drawn


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
    environment.globals.update(tables=tables, pair_tables=pair_tables, chart_data=chart_data)
    environment.globals.update(verdict=verdict, ranked=ranked, annotated=annotated)
    environment.globals.update(training=training, training_sentences=training_sentences)
    return environment.get_template("page.html.j2").render(context, data=data).lstrip()
