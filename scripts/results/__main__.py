"""Writes the page, its figures, and README's part."""

from scripts.results.page import PARTS, page
from scripts.results.readme import curve, with_summary
from scripts.results.records import ROOT
from seqmix_plugin.charts.rendering import pictures


def main() -> None:
    """Writes all, and removes figures of which there are no records any more."""
    results, docs, front = ROOT / "results", ROOT / "docs", ROOT / "README.md"
    (docs / "results.md").write_text(page(results), encoding="utf-8")
    front.write_text(with_summary(front.read_text(encoding="utf-8"), results), encoding="utf-8")
    front_page = curve(results)
    charts = {} if front_page is None else {"learning_curve.svg": front_page}
    for part in PARTS:
        charts |= part.pictures(results)
    for path in docs.glob("results_*.svg"):
        if path.name not in charts:
            path.unlink()
    for name, content in zip(charts, pictures(*((chart, "svg") for chart in charts.values())), strict=True):
        (docs / name).write_bytes(content)


if __name__ == "__main__":
    main()
