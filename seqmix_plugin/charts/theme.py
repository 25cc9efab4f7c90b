"""
What charts share. What a reader of the page can choose are their parameters: the scores that are shown (`split`,
`cell`), the unit of the budgets (`measure`), the methods (`shown`, or `panel` where each has a chart of its own), and
whether the deviation is drawn (`band`).

Methods have the colours of Okabe and Ito's palette, which colour-blind readers can tell apart; where one is too pale or
too dark for a background, its hue is kept and its lightness changed. Shapes distinguish the methods as well.

References: Okabe and Ito, Color Universal Design, 2008.
"""

import json
import re
from typing import Any, Dict, List, Sequence

THEME = {
    "page": ("#ffffff", "#16191d"),
    "ink": ("#1d2024", "#e6e7e9"),
    "accent": ("#4d6480", "#8fa3bd"),
    "c0": ("#0072b2", "#3f9fdc"),  # blue
    "c1": ("#d55e00", "#e8722a"),  # vermillion
    "c2": ("#009e73", "#009e73"),  # bluish green
    "c3": ("#b95f93", "#cc79a7"),  # reddish purple
    "c4": ("#b07800", "#e69f00"),  # orange
    "c5": ("#2b93cc", "#7cc8f2"),  # sky blue
    "c6": ("#333333", "#e0e0e0"),  # black
    "c7": ("#8a8000", "#f0e442"),  # yellow
}
"""Each variable of the page's style sheet on a light and on a dark page; `accent` stands for no method."""
INK, PAPER, ACCENT = "var(--ink)", "var(--page)", "var(--accent)"
COLOURS = tuple(f"var(--{name})" for name in THEME if re.fullmatch(r"c\d", name))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")
"""One fewer than colours: the two together repeat after 56 methods."""

Rows = Sequence[Dict[str, Any]]
"""Plain data; the keys are also the titles in tooltips and tables."""
SHOWN = "indexof(shown, datum.method) >= 0"
STYLE: Dict[str, Any] = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "mark": {"aria": False},  # a chart has a description and a table, which say more than hundreds of points
    "axis": {
        **dict.fromkeys(("labelColor", "titleColor", "tickColor", "domainColor", "gridColor"), INK),
        "gridOpacity": 0.12,
        "domainOpacity": 0.5,
        "tickOpacity": 0.5,
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "labelLimit": 220, "title": None, "orient": "top"},
    "title": {"color": INK},
    "text": {"color": INK, "fontSize": 12},
}

FIT = {"type": "fit-x", "contains": "padding"}
CONTAINER = "max(200, isFinite(containerSize()[0]) ? containerSize()[0] : 200)"
RESIZED = {"update": CONTAINER, "events": "window:resize"}
TO_CONTAINER: List[Dict[str, Any]] = [
    {"op": "remove", "path": "/width"},
    {"op": "add", "path": "/autosize", "value": FIT},
    {"op": "add", "path": "/signals/0", "value": {"name": "width", "init": CONTAINER, "on": [RESIZED]}},
]
"""What makes a compiled chart, of rows of one height each, as wide as the page: Vega-Lite refuses to with a warning."""


def for_paper(spec: Dict[str, Any]) -> Dict[str, Any]:
    """The specification of a chart with the colours of the light page, for pictures that no style sheet reaches."""
    text = re.sub(r"var\(--(\w+)\)", lambda found: THEME.get(found[1], (found[0],))[0], json.dumps(spec))
    values: Dict[str, Any] = {**json.loads(text), "background": "white"}
    # An SVG may be opened with a font wider than that in which its legend was measured.
    values.get("config", {}).get("legend", {}).setdefault("columnPadding", 36)
    return values


def looks(names: Sequence[str]) -> List[Any]:
    """The colours and shapes of the methods, with one legend of those that are shown."""
    import altair as alt

    columns = alt.ExprRef("max(1, floor(width / 200))")
    legend = alt.Legend(title=None, values=alt.ExprRef("shown"), columns=columns, symbolOpacity=1)
    ranges = [[values[place % len(values)] for place in range(len(names))] for values in (COLOURS, SHAPES)]
    colours, shapes = (alt.Scale(domain=list(names), range=values) for values in ranges)
    return [
        alt.Color("method:N", scale=colours, legend=legend),
        alt.Shape("method:N", scale=shapes, legend=legend),
    ]


def shades(field: str, **opacities: float) -> Any:
    """The opacity of each value of a field, with a legend."""
    import altair as alt

    scale = alt.Scale(type="ordinal", domain=list(opacities), range=list(opacities.values()))
    return alt.Opacity(field, scale=scale, legend=alt.Legend(title=None, symbolType="square"))


def tooltip(rows: Rows) -> List[Any]:
    """All fields of the rows but flags."""
    import altair as alt

    return [
        alt.Tooltip(name, type="nominal" if isinstance(value, str) else "quantitative", format=",.4~g")
        for name, value in (rows[0].items() if rows else ())
        if not isinstance(value, bool)
    ]


def finished(chart: Any, width: Any, height: Any, values: Dict[str, Any], **datasets: Rows) -> Dict[str, Any]:
    """The chart as plain data, in the common style; its rows are not validated, which would be slow."""
    import altair as alt

    parameters = [alt.param(name=name, value=value) for name, value in values.items()]
    is_stepped = isinstance(height, alt.Step)
    width = 480 if is_stepped else width
    spec: Dict[str, Any] = chart.properties(width=width, height=height).add_params(*parameters).to_dict()
    del spec["$schema"]
    data = {**spec.get("datasets", {}), **{name: list(rows) for name, rows in datasets.items()}}
    sized = {"usermeta": {"embedOptions": {"patch": TO_CONTAINER}}} if is_stepped else {"autosize": FIT}
    return {**spec, "config": STYLE, **sized, "datasets": data}
