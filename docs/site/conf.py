"""
The documentation as a site: `make site` builds it. Sources are the pages of the repository, where they are, the pages
of this folder, and the reference, which is generated from the source code before each build.
"""

import sys
from pathlib import Path
from typing import Any, Dict, List

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

project = "seqmix_plugin"
author = "The seqmix_plugin maintainers"
copyright = "the seqmix_plugin maintainers"
extensions = ["myst_nb"]

root_doc = "docs/site/index"
include_patterns = ["*.md", "docs/**.md", "docs/notebooks/*.ipynb", "training_configs/README.md"]
exclude_patterns = [
    ".*",
    "benchmarks",
    "data",
    "docs/_build",
    "models",
    "results",
    "runs",
    "scripts",
    "seqmix_plugin",
    "tests",
]
# Fragments of Jsonnet have ellipses.
suppress_warnings = ["misc.highlighting_failure"]

# As on GitHub: anchors of headings, and code without a language is plain text.
myst_heading_anchors = 6
myst_enable_extensions = ["attrs_inline", "colon_fence"]
highlight_language = "none"
smartquotes = False
nb_execution_mode = "off"
# Nothing is fetched when a page is viewed.
nb_ipywidgets_js: Dict[str, Any] = {}
nb_mathjax_config: Dict[str, Any] = {}

html_theme = "pydata_sphinx_theme"
html_use_index = False
html_title = "seqmix_plugin"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # browsers do not fetch pages of a folder
html_show_sourcelink = False
html_show_sphinx = False
html_context = {"default_mode": "auto"}  # light or dark as the browser says
html_theme_options = {
    "header_links_before_dropdown": 8,
    "navbar_align": "left",
    "show_prev_next": True,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# Pages at the top that have no pages below them.
ALONE = ("CHANGELOG", "docs/errors", "docs/performance", "docs/results", "docs/site/reference/commands")
html_sidebars: Dict[str, List[str]] = {page: [] for page in ALONE}

START = """\
<!DOCTYPE html>
<meta charset="utf-8">
<title>seqmix_plugin</title>
<meta http-equiv="refresh" content="0; url=docs/site/index.html">
<p><a href="docs/site/index.html">Documentation of seqmix_plugin</a></p>
"""
"""The page at the top of the site, whose folders are those of the repository."""


def write_reference(app: Sphinx) -> None:
    """Generates the reference, before the pages are looked for."""
    from scripts.reference import write

    write(Path(__file__).parent / "reference")


def write_start(app: Sphinx, error: Any) -> None:
    """Leads from the top of the site to its first page."""
    if error is None:
        (Path(app.outdir) / "index.html").write_text(START, encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_reference)
    app.connect("build-finished", write_start)
