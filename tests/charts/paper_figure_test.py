"""Figures for print: their size, their fonts, and what tells methods apart."""

import html
import re
import struct
from typing import Any, Dict, List

import pytest

from seqmix_plugin.charts.paper_figure import DASHES, legend_places, paper_figure
from seqmix_plugin.charts.rendering import PIXELS_PER_INCH, paper_pictures
from seqmix_plugin.charts.theme import SHAPES

NAMES = ["Token entropy", "SeqMix & more", "All labels"]


def spec(width: float = 3.03) -> Dict[str, Any]:
    means = [
        {"method": name, "x": x, "y": y + place, "deviation": 2.0 * (place == 0)}
        for place, name in enumerate(NAMES[:2])
        for x, y in ((50, 40.0), (75, 55.0), (1100, 60.0))
    ]
    return paper_figure(NAMES, means, [{"method": NAMES[2], "y": 70.0}], [50, 75, 1100], ("sentences", "F1"), width)


@pytest.fixture(scope="module")
def drawn() -> Dict[str, bytes]:
    """By one process, as each costs seconds."""
    charts = {"pdf": (spec(), "pdf"), "png": (spec(2), "png"), "svg": (spec(), "svg"), "long": (long_names(), "svg")}
    extremes = [{"method": "a", "x": x, "y": y, "deviation": 30} for x, y in ((1, 5), (2, 95))]
    charts["extremes"] = (paper_figure(["a"], extremes, [], [1, 2], ("sentences", "F1")), "svg")
    return dict(zip(charts, paper_pictures(*charts.values()), strict=True))


def test_a_pdf_of_the_width_of_a_column_has_its_fonts(drawn: Dict[str, bytes]) -> None:
    [box] = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) [\d.]+\]", drawn["pdf"])
    assert float(box) == pytest.approx(3.03 * 72, abs=0.5)
    fonts = re.findall(rb"/FontName ?/(?:[A-Z]{6}\+)?([\w-]+)", drawn["pdf"])
    assert set(fonts) == {b"LiberationSans"}
    assert len(re.findall(rb"/FontFile2? ", drawn["pdf"])) == len(set(fonts)), "every font is in the file"
    assert b"/Type3" not in drawn["pdf"]


def test_a_png_is_sharp_and_knows_its_size(drawn: Dict[str, bytes]) -> None:
    width, _ = struct.unpack(">II", drawn["png"][16:24])
    assert width == 2 * PIXELS_PER_INCH
    place = drawn["png"].index(b"pHYs") + 4
    per_metre, _, unit = struct.unpack(">IIB", drawn["png"][place : place + 9])
    assert (round(per_metre * 0.0254), unit) == (PIXELS_PER_INCH, 1)


def shown(svg: bytes) -> List[str]:
    """The texts that are not hidden."""
    found = re.findall(r"<text ([^>]*)>([^<>]+)</text>", svg.decode("utf-8"))
    return [html.unescape(text) for attributes, text in found if 'opacity="0"' not in attributes]


def test_an_svg_says_names_ticks_and_titles(drawn: Dict[str, bytes]) -> None:
    svg = drawn["svg"].decode("utf-8")
    assert re.search(r'^<svg [^>]*width="218.16pt" height="[\d.]+pt" viewBox="0 0 218.16 ', svg)
    texts = shown(drawn["svg"])
    assert [text for text in texts if text in NAMES] == NAMES
    assert {"sentences", "F1", "50", "1,100"} <= set(texts)
    assert "75" not in texts, "beside 50 there is no room for it"
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)]
    assert min(sizes) >= 7, "in points, at print size"
    assert "var(--" not in svg


def marks(kind: str, chart: Dict[str, Any]) -> List[Dict[str, Any]]:
    return [layer for layer in chart["layer"] if layer["mark"]["type"] == kind]


def test_methods_differ_without_colour() -> None:
    chart = spec()
    [line], [curve_points, *_] = marks("line", chart), marks("point", chart)
    dashes, shapes = (
        line["encoding"]["strokeDash"]["scale"]["range"],
        curve_points["encoding"]["shape"]["scale"]["range"],
    )
    assert len({str(dash) for dash in dashes}) == len(set(shapes)) == len(NAMES)
    assert len({str(dash) for dash in DASHES}) == len(DASHES) == len(SHAPES)
    assert len(marks("point", chart)) == 3, "the curves, and the legend of the two methods that have one"
    assert len(marks("text", chart)) == 3


def long_names() -> Dict[str, Any]:
    names = ["long name " * 3, "b"]
    means = [{"method": name, "x": x, "y": 50 + x, "deviation": 0} for name in names for x in (1, 2)]
    return paper_figure(names, means, [], [1, 2], ("sentences", "F1"))


def test_a_band_shows_no_impossible_f1(drawn: Dict[str, bytes]) -> None:
    labels = [text.replace("−", "-") for text in shown(drawn["extremes"])]
    ticks = [int(text) for text in labels if re.fullmatch(r"-?\d+", text)]
    assert (min(ticks), max(ticks)) == (0, 100)


def test_the_legend_takes_the_columns_that_fit(drawn: Dict[str, bytes]) -> None:
    tops = [{layer["encoding"]["y"]["value"] for layer in marks("text", chart)} for chart in (spec(), long_names())]
    assert [len(rows) for rows in tops] == [2, 2]
    assert max(map(max, tops)) < 0, "above the plot"
    assert len({place["y"] for place in legend_places(["a", "b", "c"], 218)}) == 1
    assert len({place["y"] for place in legend_places(["a" * 20, "b", "c"], 218)}) == 2
    assert len({place["y"] for place in legend_places(["A" * 20, "b", "c"], 218)}) == 3, "capitals are wide"
    assert ("long name " * 3).strip() in [text.strip() for text in shown(drawn["long"])]
