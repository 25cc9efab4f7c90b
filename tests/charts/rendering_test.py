"""Charts become pictures, and drawing leaves a process that may fork."""

import multiprocessing
import struct
from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.charts import rendering
from seqmix_plugin.charts.learning_curves import budget_ticks, learning_curves, message
from seqmix_plugin.charts.rendering import pictures
from seqmix_plugin.charts.theme import COLOURS, SHAPES, THEME, for_paper, looks
from seqmix_plugin.run.learning_curve import chart


def record(k: int, **scores: float) -> Dict[str, Any]:
    annotated = {"sentences": 10 * (k + 1), "tokens": 70 * (k + 1), "entities": 30 * (k + 1)}
    return {"round": k, "annotated": annotated, "scores": {split: {"f1": f1} for split, f1 in scores.items()}}


def curve(**sizes: Any) -> Dict[str, Any]:
    means = [
        {"method": "nte", "round": k, "sentences": n, "tokens": n, "entities": n, "F1": n}
        for k, n in ((0, 10), (1, 25))
    ]
    return learning_curves(["nte"], means, cell="F1", **sizes)


def test_a_chart_in_all_formats() -> None:
    png, svg, pdf, text = pictures(
        (curve(width=300, height=200), "png"),
        (curve(width=300, height=200), "svg"),
        (curve(), "pdf"),
        (message("nothing"), "svg"),
    )
    assert png.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", png[16:24])
    assert width >= 600, "at twice the size"
    assert pdf.startswith(b"%PDF")
    shown = svg.decode("utf-8")
    assert all(f">{name}</text>" in shown for name in ("nte", "10", "25", "F1", "annotated sentences"))
    assert THEME["c0"][0] in shown
    assert "var(--" not in shown
    assert ">nothing</text>" in text.decode("utf-8")


def fork_works() -> bool:
    process = multiprocessing.get_context("fork").Process(target=print)
    process.start()
    process.join(20)
    alive = process.is_alive()
    process.kill()
    return not alive


def test_a_process_that_has_drawn_can_fork() -> None:
    pictures((message("one"), "svg"))
    assert "vegaEmbed" in rendering.browser_script()
    assert fork_works()


def test_what_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"^vl-convert cannot be run: .*no_such_format") as caught:
        pictures((message("one"), "no_such_format"))
    assert "\n" not in str(caught.value)
    monkeypatch.setattr(rendering, "SECONDS", 0.001)
    with pytest.raises(ConfigurationError, match=r"^vl-convert cannot be run: .*timed out"):
        pictures((message("one"), "svg"))


def test_the_learning_curve_of_a_run_has_a_line_per_split() -> None:
    spec = chart([record(0, dev=0.5, test=0.4), record(1, dev=0.7, test=0.6)])
    rows: List[Dict[str, Any]] = spec["datasets"]["means"]
    assert [(row["method"], row["sentences"], row["F1"]) for row in rows] == [
        ("dev", 10, 50.0),
        ("test", 10, 40.0),
        ("dev", 20, 70.0),
        ("test", 20, 60.0),
    ]
    [ticks] = [param["value"] for param in spec["params"] if param["name"] == "ticks"]
    assert ticks["sentences"] == [10, 20]


def test_ticks_are_at_the_budgets() -> None:
    shared = [{"method": name, "tokens": tokens} for name in "ab" for tokens in (10, 20, 30)]
    assert budget_ticks(shared, "tokens") == [10, 20, 30]
    assert budget_ticks([*shared, {"method": "b", "tokens": 45}], "tokens") == [10, 20, 30, 45]
    different = [{"method": str(k), "tokens": k + tokens} for k in range(3) for tokens in (10, 20, 30)]
    assert budget_ticks(different, "tokens") == [12, 22, 32], (
        "of the method with the most, where nine would be too many"
    )
    assert budget_ticks([], "tokens") == []


def test_a_run_that_is_not_measured_has_a_text() -> None:
    assert "not measured: no dev or test file" in str(chart([record(0)]))


def luminance(code: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(code[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_can_be_seen_on_both_backgrounds() -> None:
    for name in THEME.keys() - {"page"}:
        for code, background in zip(THEME[name], THEME["page"], strict=True):
            low, high = sorted((luminance(code), luminance(background)))
            assert (high + 0.05) / (low + 0.05) >= 3, (code, background)


def test_colour_and_shape_together_are_unique() -> None:
    names = [f"method {number}" for number in range(56)]
    colour, shape = (channel.to_dict()["scale"]["range"] for channel in looks(names))
    assert len(set(zip(colour, shape, strict=True))) == 56
    assert (set(colour), set(shape)) == (set(COLOURS), set(SHAPES))


def test_names_that_look_like_colours_stay() -> None:
    assert for_paper({"a": "var(--c0)", "b": "var(--none)"}) == {
        "a": THEME["c0"][0],
        "b": "var(--none)",
        "background": "white",
    }
