"""
What charts share. What a reader of the page can choose are their parameters: the scores that are shown (`split`,
`cell`), the unit of the budgets (`measure`), the methods (`shown`, or `panel` where each has a chart of its own), and
whether the deviation is drawn (`band`).
"""

from typing import Any, Dict, List, Sequence

from seqmix_plugin.charts.theme import COLOURS, SHAPES, STYLE

Rows = Sequence[Dict[str, Any]]
"""Plain data; the keys are also the titles in tooltips and tables."""
SHOWN = "indexof(shown, datum.method) >= 0"


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
    spec: Dict[str, Any] = chart.properties(width=width, height=height).add_params(*parameters).to_dict()
    del spec["$schema"]
    data = {**spec.get("datasets", {}), **{name: list(rows) for name, rows in datasets.items()}}
    return {**spec, "config": STYLE, "autosize": {"type": "fit-x", "contains": "padding"}, "datasets": data}
