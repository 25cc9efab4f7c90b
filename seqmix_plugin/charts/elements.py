"""
What charts share. What a reader of the page can choose are their parameters: the scores that are shown (`split`,
`cell`), the unit of the budgets (`measure`), the methods (`shown`, or `method` where each has a chart of its own), and
whether the deviation is drawn (`band`).
"""

from typing import Any, Dict, List, Sequence, Tuple

from seqmix_plugin.charts.theme import STYLE, colour, shape

Rows = Sequence[Dict[str, Any]]
Fields = Sequence[Tuple[str, str, str]]
"""Columns of rows with their titles and number formats, of which tooltips and tables are made."""

MEASURES = ("sentences", "tokens", "entities")
"""The units in which annotations are counted."""
SHOWN = "indexof(shown, datum.group) >= 0"
BOTH_SHOWN = "indexof(shown, datum.first) >= 0 && indexof(shown, datum.second) >= 0"


def looks(names: Sequence[str]) -> Tuple[Any, Any]:
    """The methods' colours and shapes, with one legend of those that are shown."""
    import altair as alt

    columns = alt.ExprRef("max(1, floor(width / 200))")
    legend = alt.Legend(title=None, values=alt.ExprRef("shown"), columns=columns, symbolOpacity=1)
    places = range(len(names))
    colours = alt.Scale(domain=list(names), range=[colour(place) for place in places])
    shapes = alt.Scale(domain=list(names), range=[shape(place) for place in places])
    return alt.Color("group:N", scale=colours, legend=legend), alt.Shape("group:N", scale=shapes, legend=legend)


def tooltip(*fields: Tuple[str, str, str]) -> List[Any]:
    import altair as alt

    return [
        alt.Tooltip(name, type="quantitative" if form else "nominal", title=title, format=form or alt.Undefined)
        for name, title, form in fields
    ]


def finished(chart: Any, size: Tuple[Any, Any], values: Dict[str, Any], **datasets: Rows) -> Dict[str, Any]:
    """The chart as plain data, in the common style; its rows are not validated, which would be slow."""
    import altair as alt

    chart = chart.properties(width=size[0], height=size[1])
    spec = chart.add_params(*(alt.param(name=name, value=value) for name, value in values.items())).to_dict()
    del spec["$schema"]
    spec["config"] = STYLE
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec.setdefault("datasets", {}).update({name: list(rows) for name, rows in datasets.items()})
    return spec
