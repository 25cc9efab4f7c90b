"""The page in a browser: it draws, answers its controls, and asks no network for anything."""

import json
import shutil
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest

from seqmix_plugin.reporting.formatting import NOTHING
from tests.reporting.conftest import write_run
from tests.reporting.page_test import HOSTILE, write_bare, write_hostile, write_runs, written

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LOWER_CHARTS = ("differences", "overlaps", "densities", "funnel", "histogram")
Show = Callable[..., Any]
PIECES = "all => all.map(one => ['transform', 'x2', 'y2', 'stroke'].map(name => one.getAttribute(name)).join(' '))"


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared") / "runs"
    write_runs(folder)
    return written(folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Any) -> Iterator[Show]:
    """Opens a page; afterwards there must have been no error, and no request for anything but the file."""
    wrong: List[str] = []
    contexts = []

    def opened(path: Path, **options: Any) -> Any:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if _is_local(request.url, path) else wrong.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _is_local(url: str, path: Path) -> bool:
    return url == path.as_uri() or url.startswith(("data:", "blob:"))


def attributes(page: Any, selector: str, name: str) -> List[str]:
    """Of all elements that a selector finds."""
    values: List[str] = page.locator(selector).evaluate_all(f"all => all.map(one => one.getAttribute('{name}'))")
    return values


def lines(page: Any) -> List[str]:
    """The pieces of the curves."""
    return [str(place) for place in page.locator("[data-chart=curves] .lines_marks line").evaluate_all(PIECES)]


def levels(page: Any) -> List[str]:
    """What stands at the axes of the curves."""
    texts: List[str] = page.locator("[data-chart=curves] .role-axis-label text").all_text_contents()
    return texts


def see(page: Any, chart: str) -> Any:
    """Scrolls to a chart, and waits until it is drawn."""
    place = page.locator(f"[data-chart={chart}]").first
    place.scroll_into_view_if_needed()
    place.locator("svg").wait_for()
    return place


def test_curves_are_drawn_a_line_a_method(page_path: Path, show: Show) -> None:
    page = show(page_path)
    assert len(lines(page)) == 9  # three pieces of each
    dashes = attributes(page, "[data-chart=curves] .lines_marks line", "stroke-dasharray")
    assert sorted(dashes) == ["1,0"] * 8 + ["5,4"], "too few were accepted in the last round of mix"
    assert page.locator("[data-chart=curves] .means_marks path").count() == 12
    assert page.locator("[data-chart=curves] .runs_marks path").count() == 24
    assert page.locator("[data-chart=curves] .bands_marks path").count() == 3
    assert page.locator("[data-chart=curves] .level_names_marks text").text_content() == "everything"
    (label,) = attributes(page, "[data-chart=curves][role=graphics-document]", "aria-label")
    assert label.startswith("Learning curves: F1 against annotations. Large points are means over seeds")
    page.locator("[data-chart=curves] .means_marks path").last.hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    keys = {key.rstrip(":") for key in tooltip.locator("td.key").all_inner_texts()}
    assert {"method", "sentences", "mean F1", "± deviation", "seeds", "accepted"} <= keys


def test_the_charts_warn_of_nothing(page_path: Path, browser: Any) -> None:
    """With a page that says all that Vega warns of, which readers are spared."""
    html = page_path.read_text(encoding="utf-8")
    assert html.count("const ONLY_ERRORS = 1;") == 1
    loud = page_path.with_name("loud.html")
    loud.write_text(html.replace("const ONLY_ERRORS = 1;", "const ONLY_ERRORS = 3;"), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: List[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(loud.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    for chart in LOWER_CHARTS:
        see(page, chart)
    wide = page.locator("[data-chart=differences] svg").bounding_box()["width"]
    page.get_by_role("radio", name="tokens").check()
    page.set_viewport_size({"width": 1000, "height": 900})
    page.wait_for_function(
        f"document.querySelector('[data-chart=differences] svg').getBoundingClientRect().width < {wide} - 100"
    )
    page.close()
    assert said == []


def test_the_split_changes_curves_and_tables(page_path: Path, show: Show) -> None:
    page = show(page_path)
    before = levels(page)
    table = page.locator("#reached table").first
    assert "67.5 ± 0.7" in table.inner_text()
    page.get_by_label("dev", exact=True).check()
    assert levels(page) != before
    assert not table.is_visible()
    shown = page.locator("#reached table").filter(visible=True).first
    assert "62.5 ± 0.7" in shown.inner_text()
    assert shown.inner_text().startswith("Dev F1 against annotated sentences")
    assert "on dev" in page.locator(".verdict").filter(visible=True).inner_text()
    assert (
        page.locator("#differences table").filter(visible=True).first.inner_text().startswith("Differences in dev F1")
    )


def test_the_measure_changes_axis_and_needed_labels(page_path: Path, show: Show) -> None:
    page = show(page_path)
    axis = page.locator("[data-chart=curves] .role-title-text")
    cell = page.locator('[data-cell="test/"] tbody tr', has_text="mix").locator("td").nth(-2)
    assert (axis.text_content(), cell.inner_text()) == ("annotated sentences", "17")
    page.get_by_label("tokens", exact=True).check()
    assert (axis.text_content(), cell.inner_text()) == ("annotated tokens", "119")
    assert "tokens to 52" in page.locator("#reached table").first.inner_text()
    page.get_by_label("seconds", exact=True).check()
    # 17 sentences of 12.57 seconds, 7 tokens of 3.795 each, and 3 entities of 5.387 each.
    assert (axis.text_content(), cell.inner_text()) == ("seconds of annotation", "940")


def test_the_type_changes_curves_tables_and_target(page_path: Path, show: Show) -> None:
    page = show(page_path)
    before = lines(page)
    page.get_by_label("Entity type").select_option("LOC")
    assert lines(page) != before
    assert page.locator("#reached table").filter(visible=True).first.inner_text().startswith("Test F1 of LOC against")
    assert page.locator("#target").input_value() == "26"


def test_methods_can_be_hidden(page_path: Path, show: Show) -> None:
    page = show(page_path)
    see(page, "differences")
    page.get_by_label("random", exact=True).uncheck()
    assert len(lines(page)) == 6
    assert "random" not in page.locator("#reached table").first.locator("tbody").inner_text()
    assert page.locator("#differences table").first.locator("tbody tr").filter(visible=True).count() == 1
    assert page.locator("[data-chart=differences] .mark-symbol path").count() == 1
    page.get_by_label("everything", exact=True).uncheck()
    assert page.locator("[data-chart=curves] .level_names_marks text").count() == 0
    page.get_by_label("mix", exact=True).uncheck()
    assert page.locator("#count").inner_text() == "none"


def test_the_band_can_be_hidden(page_path: Path, show: Show) -> None:
    page = show(page_path)
    page.get_by_label("± one deviation").uncheck()
    assert page.locator("[data-chart=curves] .bands_marks path").count() == 0


def test_the_target_changes_needed_labels_and_savings(page_path: Path, show: Show) -> None:
    page = show(page_path)
    target = page.get_by_label("F1 to reach")

    def cells(kind: str) -> List[str]:
        rows = [page.locator('[data-cell="test/"] tbody tr', has_text=name) for name in ("mix", "nte", "random")]
        return [row.locator("td").nth(-2 if kind == "needed" else -1).inner_text() for row in rows]

    assert (cells("needed"), cells("saved")) == (["17", "21", "38"], ["56 % fewer", "46 % fewer", NOTHING])
    target.fill("60")
    target.press("Enter")
    assert (cells("needed"), cells("saved")) == (["25", "35", "not reached"], [NOTHING] * 3)
    page.get_by_label("labels saved against").select_option("nte")
    assert cells("saved") == ["29 % fewer", NOTHING, NOTHING]
    assert page.locator("#reached thead th").filter(visible=True, has_text="saved against nte").count() == 1
    target.fill("20.4")
    target.press("Enter")
    assert (cells("needed"), cells("saved")) == (["≤ 10"] * 3, [NOTHING] * 3)
    page.get_by_label("dev", exact=True).check()
    assert target.input_value() == "20.4"  # chosen, so it stays


def test_examples_are_turned_and_filtered(page_path: Path, show: Show) -> None:
    page = show(page_path)
    examples = page.locator(".example")

    def counts() -> str:
        return str(page.locator("#count").inner_text()).replace(NOTHING, "-")

    assert (counts(), examples.count()) == ("1-5 of 28", 5)
    assert page.get_by_role("button", name="Previous").is_disabled()
    page.get_by_role("button", name="Next").click()
    assert counts() == "6-10 of 28"
    page.locator("#filters [name=verdict]").select_option("refused")
    assert (counts(), examples.first.locator(".refused").count()) == ("1-5 of 14", 1)
    page.locator("#filters [name=round]").select_option("3")
    assert (counts(), examples.count()) == ("1-2 of 2", 2)
    assert page.get_by_role("button", name="Next").is_disabled()
    assert "round 3, seed 1" in examples.first.inner_text()


def test_an_example_shows_windows_and_soft_labels(page_path: Path, show: Show) -> None:
    example = show(page_path).locator(".example").first
    assert example.locator("dd").nth(0).locator("mark").all_inner_texts() == ["Anna", "Berg", "sings"]
    assert example.locator("dd").nth(1).locator("mark").all_inner_texts() == ["in", "Oslo", "and"]
    assert example.locator("dt").all_inner_texts() == ["First parent", "Second parent", "Child"]
    bar = example.get_by_role("img", name="B-PER 70 %, O 30 %", exact=True)
    assert bar.locator("i").evaluate_all("all => all.map(one => one.style.width)") == ["70%", "30%"]
    assert "λ = 0.70" in example.inner_text()
    assert "perplexity 100" in example.inner_text()


def test_charts_further_down_are_drawn_when_they_are_near(page_path: Path, show: Show) -> None:
    page = show(page_path)
    assert page.locator("[data-chart=histogram] svg").count() == 0
    for chart in LOWER_CHARTS:
        assert see(page, chart).locator("path").count() > 0, chart
    assert page.locator("[data-chart=differences] .mark-symbol path").count() == 3
    assert page.locator("[data-chart=overlaps] .mark-rect.role-mark path").count() == 9
    assert page.locator("[data-chart=densities] .mark-line.role-mark path").count() == 3
    assert page.locator("[data-chart=histogram] .mark-rule.role-mark line").count() == 2


def test_printing_draws_everything(page_path: Path, show: Show) -> None:
    page = show(page_path)
    page.pdf()
    assert page.locator(".chart").count() == page.locator(".chart svg").count() == 6


def test_the_theme_is_chosen_and_remembered(page_path: Path, show: Show) -> None:
    page = show(page_path, color_scheme="light")

    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    button = page.locator("#theme")
    seen = []
    for _ in range(3):
        seen.append((button.inner_text(), background()))
        button.click()
    light, dark = "rgb(255, 255, 255)", "rgb(22, 25, 29)"
    assert seen == [("Theme: auto", light), ("Theme: light", light), ("Theme: dark", dark)]
    assert button.inner_text() == "Theme: auto"
    page.emulate_media(color_scheme="dark")
    assert background() == dark
    button.click()
    assert background() == light
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert (button.inner_text(), background()) == ("Theme: light", light)


def test_all_controls_are_reached_with_the_keyboard(page_path: Path, show: Show) -> None:
    page = show(page_path)
    page.keyboard.press("Tab")
    visible = "one => one === document.activeElement && one.getBoundingClientRect().top >= 0"
    assert page.locator(".skip").evaluate(visible)
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.id"))
    controls = {"theme", "split", "measure", "kind", "shown", "band", "target", "rival", "group", "round", "verdict"}
    assert controls | {"next"} <= reached
    page.get_by_label("test", exact=True).focus()
    before = levels(page)
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.querySelector('[name=split][value=dev]').checked")
    assert levels(page) != before


def test_without_scripts_all_is_visible(page_path: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_path.as_uri())
    assert page.locator(".verdict").filter(visible=True).count() == 2
    assert page.locator("#reached table").filter(visible=True).count() == 7
    assert page.locator("form").filter(visible=True).count() == 0
    context.close()


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(page_path: Path, show: Show, width: int) -> None:
    page = show(page_path, viewport={"width": width, "height": 900})
    for chart in LOWER_CHARTS:
        see(page, chart)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_hostile_text_stays_text(tmp_path: Path, show: Show) -> None:
    write_hostile(tmp_path / "runs")
    page = show(written(tmp_path / "runs", [HOSTILE]))
    assert page.title() != "broken"
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator(".notes").inner_text()
    assert HOSTILE in page.locator("#details").inner_text()
    assert page.locator(".example mark").first.inner_text() == HOSTILE
    page.get_by_label("Entity type").select_option(index=2)
    assert len(lines(page)) == 2
    for chart in LOWER_CHARTS:
        see(page, chart)
    page.locator("[data-chart=curves] .means_marks path").last.hover()
    page.locator("#vg-tooltip-element.visible").wait_for()
    assert page.locator("img").count() == 0


def test_one_run_of_one_method(tmp_path: Path, show: Show) -> None:
    write_run(tmp_path / "runs" / "nte" / "1", [40, 50])
    page = show(written(tmp_path / "runs"))
    assert len(lines(page)) == 1
    assert "nte reaches 50.0 F1 on test" in page.locator(".verdict").first.inner_text()


def test_a_child_of_one_parent(tmp_path: Path, show: Show) -> None:
    folder = write_run(tmp_path / "runs" / "replaced" / "1", [40.0, 50.0], accepted=[1, 1])
    rows = [json.loads(line) for line in (folder / "synthetic.jsonl").read_text().splitlines()]
    rows = [{**row, "lambda": None, "parents": row["parents"][:1], "changed": [0, 2]} for row in rows]
    (folder / "synthetic.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    example = show(written(tmp_path / "runs")).locator("article.example").first
    assert example.locator("dt").all_inner_texts() == ["Parent", "Child"]
    assert "λ" not in example.locator("header").inner_text()
    assert example.locator("dd").last.locator("mark").all_inner_texts() == ["Nora", "Lund"]


def test_methods_that_are_not_measured(tmp_path: Path, show: Show) -> None:
    write_bare(tmp_path / "runs")
    page = show(written(tmp_path / "runs"))
    assert page.locator(".headline").inner_text() == "F1 is not measured: there was no dev and no test file."
    assert page.locator("[data-chart=curves]").count() == 0
    assert "not measured" in page.locator("#controls fieldset").first.inner_text()
    for chart in ("overlaps", "densities", "funnel", "histogram"):
        see(page, chart)
    page.get_by_role("radio", name="tokens").check()


def test_fifty_runs_open_within_two_seconds(tmp_path: Path, show: Show) -> None:
    for method in range(10):
        for seed in range(1, 6):
            curve = [40 + method + 8 * k**0.5 + (seed * (method + k)) % 4 for k in range(6)]
            changes = {"trainer.query_policy.type": f"policy{method}"}
            write_run(tmp_path / "runs" / f"method_{method}" / str(seed), curve, seed, accepted=[10] * 6, **changes)
    path = written(tmp_path / "runs")
    assert path.stat().st_size < 2_000_000
    seconds = []
    for _ in range(3):  # the machine may do something else as well
        start = time.perf_counter()
        page = show(path)
        seconds.append(time.perf_counter() - start)
    assert len(lines(page)) == 50
    assert min(seconds) < 2, seconds
