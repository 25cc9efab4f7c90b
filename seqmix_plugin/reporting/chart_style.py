"""What the report's charts share: colours of the page, looks of the methods, and how a specification is finished."""

from typing import Any, Dict, List, Sequence, Tuple

from seqmix_plugin.reporting.palette import look

Rows = Sequence[Dict[str, Any]]

INK, PAPER, ACCENT = "currentColor", "var(--page)", "var(--accent)"
"""Text, background and the one colour of what does not tell methods apart, as the page's theme has them."""

SOLID, DASHED = [1, 0], [5, 4]

STYLE = {
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
        "labelPadding": 5,
    },
    "title": {"color": INK},
    "text": {"color": INK, "fontSize": 12},
}


def looks(names: Sequence[str]) -> Tuple[Any, Any]:
    """The methods' colours and shapes; the page has the legend."""
    import altair as alt

    colours, shapes = zip(*(look(position) for position in range(len(names))), strict=True)
    colour = alt.Color("group:N", scale=alt.Scale(domain=list(names), range=list(colours)), legend=None)
    return colour, alt.Shape("group:N", scale=alt.Scale(domain=list(names), range=list(shapes)), legend=None)


def tooltips(*fields: Tuple[str, str, str]) -> List[Any]:
    import altair as alt

    return [alt.Tooltip(name, title=title, format=form or alt.Undefined) for name, title, form in fields]


def params(*names: str) -> List[Any]:
    import altair as alt

    return [alt.param(name=name, value="") for name in names]


def finished(chart: Any, datasets: Dict[str, Rows]) -> Dict[str, Any]:
    """The chart as plain data, in the page's style; its rows are not validated, which would be slow."""
    spec = chart.configure(background="transparent", font="system-ui, sans-serif").to_dict()
    del spec["$schema"]
    spec["config"].update(STYLE)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec.setdefault("datasets", {}).update({name: list(rows) for name, rows in datasets.items()})
    return spec
