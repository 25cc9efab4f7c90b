"""The site is built without a warning, is complete, and needs no network when it is viewed."""

import io
import re
import socket
from html.parser import HTMLParser
from pathlib import Path
from typing import Dict, List, Optional, Set, Tuple
from urllib.parse import unquote

import pytest
from allennlp.commands import Subcommand
from allennlp.common import Registrable
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import seqmix_plugin
from scripts.reference.docstrings import documented
from seqmix_plugin.commands.names import OURS
from tests.conftest import ROOT

START = "docs/site/index.html"
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}
"""The attributes whose targets a browser loads with a page."""
BESIDE_THE_SOURCES = {"index.html", "search.html"}


class Page(HTMLParser):
    """What a page links and loads, the ids in it, and the text of each section with a heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Set[str] = set()
        self.links: List[str] = []
        self.loaded: List[str] = []
        self.sections: Dict[str, str] = {}
        self.open: List[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: List[Tuple[str, Optional[str]]]) -> None:
        values = dict(attributes)
        self.ids |= {str(values["id"])} if "id" in values else set()
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if values.get(LOADED.get(tag, "")):
            self.loaded.append(str(values[LOADED[tag]]))
        if tag == "section":
            self.open.append(str(values["id"]))
            self.sections[self.open[-1]] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self.open.pop()

    def handle_data(self, text: str) -> None:
        for name in self.open:
            self.sections[name] += text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does, but without a network; a warning would be an error."""
    folder, warnings = tmp_path_factory.mktemp("site") / "html", io.StringIO()

    def refused(*arguments: object) -> None:
        raise AssertionError(f"the network is used: {arguments}")

    with patch_docutils(), docutils_namespace(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refused)
        app = Sphinx(
            ROOT, ROOT / "docs/site", folder, folder.parent / "doctrees", "html", status=None, warning=warnings
        )
        app.build()
    assert warnings.getvalue() == ""
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> Dict[str, Page]:
    paths = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {str(path.relative_to(site)): Page(path.read_text(encoding="utf-8")) for path in paths}


def target(page: str, link: str) -> str:
    """The file that a relative link of a page leads to, from the top of the site."""
    parts: List[str] = page.split("/")[:-1]
    for part in link.split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return unquote("/".join(parts))


def test_every_page_of_the_documentation_is_there_and_reached_from_the_first(pages: Dict[str, Page]) -> None:
    sources = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("notebooks/*.ipynb")]
    expected = {str(path.relative_to(ROOT).with_suffix(".html")) for path in sources}
    assert expected - set(pages) == set()
    reached, pending = {START}, [START]
    while pending:
        page = pending.pop()
        for link in pages[page].links:
            other = target(page, link.partition("#")[0])
            if other in pages and other not in reached:
                reached.add(other)
                pending.append(other)
    assert set(pages) - reached - BESIDE_THE_SOURCES == set()


def test_links_within_the_site_lead_somewhere(site: Path, pages: Dict[str, Page]) -> None:
    wrong = []
    for page, content in pages.items():
        for link in {*content.links, *content.loaded}:
            file, _, anchor = link.partition("#")
            other = target(page, file.partition("?")[0]) if file else page
            if re.match(r"\w+:", link):
                continue
            if not (site / other).exists() or (anchor and other in pages and anchor not in pages[other].ids):
                wrong.append(f"{page}: {link}")
    assert wrong == []


def test_nothing_is_loaded_from_the_network(site: Path, pages: Dict[str, Page]) -> None:
    loaded = {link for page in pages.values() for link in page.loaded}
    assert len(loaded) > 10
    assert [link for link in loaded if re.match(r"(https?:)?//", link)] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"@import[^;]*//[^;]*|url\([\"']?(?:https?:)?//[^)]*\)", styles) == []


def test_the_search_knows_all_pages(site: Path, pages: Dict[str, Page]) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    [names] = re.findall(r'"?docnames"?:\s*\[(.*?)\]', index, re.S)
    assert {f"{name}.html" for name in re.findall(r'"(.*?)"', names)} == set(pages) - BESIDE_THE_SOURCES
    assert "perplex" in index


def test_every_component_has_an_entry_with_its_keys(pages: Dict[str, Page]) -> None:
    seen = 0
    for kind, classes in Registrable._registry.items():
        page = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
        for name, (cls, constructor) in classes.items():
            if cls.__module__.startswith("seqmix_plugin.") and kind is not Subcommand:
                text = pages[f"docs/site/reference/{page}.html"].sections[name.replace("_", "-")]
                keys = documented(cls if constructor is None else getattr(cls, constructor))
                assert cls.__name__ in text
                assert [key for key in keys if key not in text] == []
                seen += 1
    assert seen >= 70


def test_every_command_and_public_name_has_an_entry(pages: Dict[str, Page]) -> None:
    assert set(OURS) <= set(pages["docs/site/reference/commands.html"].sections)
    names = [name.lower().replace("_", "-") for name in seqmix_plugin.LAZY]
    assert set(names) <= set(pages["docs/site/reference/python.html"].sections)
