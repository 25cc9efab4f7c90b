"""Learning curves for print: the width of a column, small type, and lines that differ without colour."""

from typing import Any, Dict, List, Sequence

from seqmix_plugin.charts.theme import COLOURS, INK, PAPER, SHAPES, Rows

POINTS_PER_INCH = 72
"""A unit of a specification is a point of a PDF."""
ACL_COLUMN = 3.03
"""Width of a column in the ACL's style, in inches."""
DASHES = ([1, 0], [4, 2], [1, 1.5], [6, 2, 1, 2], [8, 2], [3, 1, 1, 1, 1, 1], [2, 3])
"""As many as there are shapes."""
FONT = "Liberation Sans, Arial, sans-serif"
"""The first is a part of vl-convert, which draws no text in a font that it does not have."""
FONT_SIZE, SMALL = 7.5, 7
"""In points, of titles and the legend, and of the labels of the axes."""
LETTER, CAPITAL = 0.5, 0.7
"""Mean widths, by the size of the font."""
ASPECT = 0.6
"""Height of the figure without its legend, by its width."""
ROW, LINE, GAP, LEFT = 10, 18, 4, -20
"""Of the legend in points: height of a row, length of a line, space after it, and start, to the left of the plot."""
POINT: Dict[str, Any] = {"filled": True, "size": 17, "opacity": 1, "stroke": PAPER, "strokeWidth": 0.4}
STYLE: Dict[str, Any] = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        **dict.fromkeys(("labelColor", "titleColor", "tickColor", "domainColor", "gridColor"), INK),
        **dict.fromkeys(("domainWidth", "tickWidth"), 0.6),
        "labelFontSize": SMALL,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 3,
        "labelPadding": 2,
        "tickSize": 3,
        "gridWidth": 0.4,
        "gridOpacity": 0.15,
    },
    "text": {"color": INK, "fontSize": FONT_SIZE, "font": FONT},
}


def paper_figure(
    names: Sequence[str],
    means: Rows,
    references: Rows,
    ticks: Sequence[float],
    titles: Sequence[str],
    width: float = ACL_COLUMN,
    tick_format: str = ",.0f",
) -> Dict[str, Any]:
    """
    A line per method with a band of one deviation, within 0 and 100. Methods differ in colour, in the shape of their
    points and in the dashes of their lines. The legend is above; a method with a single budget is a level line.

    # Parameters

    names : `Sequence[str]`
        The methods, in the order of their looks and of the legend.
    means : `Rows`
        One per method and budget: `method`, `x`, `y`, and `deviation`, 0 where there is none.
    references : `Rows`
        One per method with a single budget: `method` and `y`.
    ticks : `Sequence[float]`
        The budgets, as ticks of the axis; where labels would overlap, some are left out.
    titles : `Sequence[str]`
        Those of both axes.
    width : `float`, optional (default = `3.03`)
        Of the whole figure, in inches; by default a column in the ACL's style.
    tick_format : `str`, optional (default = `",.0f"`)
        Of the budgets, in d3's notation.

    # Returns

    `Dict[str, Any]`
    """
    import altair as alt  # slow to import, and an extra

    looks = _looks(names)
    line, point = ({name: looks[name] for name in some} for some in (("color", "strokeDash"), ("color", "shape")))
    axis = alt.Axis(values=list(ticks), format=tick_format, grid=False, labelOverlap="greedy", labelSeparation=3)
    x = alt.X("x:Q", title=titles[0], scale=alt.Scale(zero=False, nice=False, padding=5), axis=axis)
    y = alt.Y("y:Q", title=titles[1], scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    curves, levels = alt.Chart(alt.NamedData("means")), alt.Chart(alt.NamedData("references"))
    ends = {"low": "max(0, datum.y - datum.deviation)", "high": "min(100, datum.y + datum.deviation)"}
    band = curves.transform_filter("datum.deviation > 0").transform_calculate(**ends).mark_area(opacity=0.14)
    layers = [
        band.encode(x, alt.Y("low:Q", title=titles[1]), y2="high:Q", color=looks["color"]),
        levels.mark_rule(strokeWidth=1).encode(y, **line),
        curves.mark_line(strokeWidth=1.1).encode(x, y, **line),
        curves.mark_point(**POINT).encode(x, y, **point),
    ]
    points, curved = round(width * POINTS_PER_INCH, 2), {row["method"] for row in means}
    places = legend_places(names, points)
    for place in places:
        entry = alt.Chart(alt.InlineData(values=[{"method": place["method"]}])).encode(y=alt.YValue(place["y"]))
        start, end = place["x"], place["x"] + LINE
        text = entry.mark_text(align="left", baseline="middle", limit=round(points - LINE - GAP, 2))
        layers.append(entry.mark_rule(strokeWidth=1.1).encode(x=alt.XValue(start), x2=alt.X2Value(end), **line))
        if place["method"] in curved:
            layers.append(entry.mark_point(**POINT).encode(x=alt.XValue((start + end) / 2), **point))
        layers.append(text.encode(x=alt.XValue(end + GAP), text="method:N"))
    height = round(ASPECT * points + ROW * len({place["y"] for place in places}), 2)
    spec: Dict[str, Any] = alt.layer(*layers).properties(width=points, height=height).to_dict()
    del spec["$schema"]
    data = {**spec.get("datasets", {}), "means": list(means), "references": list(references)}
    return {
        **spec,
        "config": STYLE,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 1,
        "datasets": data,
    }


def _looks(names: Sequence[str]) -> Dict[str, Any]:
    """The colour, shape and dashes of each method."""
    import altair as alt

    channels = {"color": (alt.Color, COLOURS), "shape": (alt.Shape, SHAPES), "strokeDash": (alt.StrokeDash, DASHES)}
    scales = {
        name: alt.Scale(domain=list(names), range=[values[place % len(values)] for place in range(len(names))])
        for name, (_, values) in channels.items()
    }
    return {name: channel("method:N", scale=scales[name], legend=None) for name, (channel, _) in channels.items()}


def legend_places(names: Sequence[str], points: float) -> List[Dict[str, Any]]:
    """
    Where each name of the legend stands, row by row above the plot, in as many columns as the names leave room for.

    # Parameters

    names : `Sequence[str]`
        The methods.
    points : `float`
        Width of the figure.

    # Returns

    `List[Dict[str, Any]]`
        For each its `method`, and the start `x` and the middle `y` of its line, from the top left corner of the plot.
    """
    letters = max(sum(CAPITAL if letter.isupper() else LETTER for letter in name) for name in names)
    widest = LINE + 3 * GAP + letters * FONT_SIZE
    columns = max(1, min(len(names), int(points / widest)))
    rows = -(-len(names) // columns)
    return [
        {
            "method": name,
            "x": round(LEFT + place % columns * points / columns, 2),
            "y": -ROW * (rows - place // columns),
        }
        for place, name in enumerate(names)
    ]
