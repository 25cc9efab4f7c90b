"""The pages of the reference, by the names of their files."""

from typing import Dict

from scripts.reference.catalogue import components
from scripts.reference.commands import commands_page
from scripts.reference.kinds import blocks_page, kind_page
from scripts.reference.markdown import anchor, page_of, table
from scripts.reference.python import formulas_page, public_names, python_page


def pages() -> Dict[str, str]:
    """All pages."""
    found = {page_of(kind): kind_page(kind, ones) for kind, ones in components().items()}
    found |= {"blocks.md": blocks_page(), "formulas.md": formulas_page(), "commands.md": commands_page()}
    if public_names():
        found["python.md"] = python_page()
    return found | {"index.md": index_page()}


def index_page() -> str:
    """The list of all pages, with the names that each kind has."""
    rows = [
        (
            f"[`{kind.__name__}`]({page_of(kind)})",
            ", ".join(f"[`{o.name}`]({page_of(kind)}#{anchor(o.name)})" for o in ones),
        )
        for kind, ones in components().items()
    ]
    others = ["blocks", *(["python"] if public_names() else []), "formulas"]
    parts = [
        "# Reference",
        "Made from the source code: the registered names of each kind, their keys, and the public functions. A "
        "configuration chooses a component by its `type`; keys that are not required may be left out.",
        table(("kind", "registered names"), rows),
        "[Blocks of settings](blocks.md) are parts of a configuration without a `type`, [formulas](formulas.md) the "
        "functions that the components bind.",
        "```{toctree}\n:hidden:\n" + "\n".join([*(page_of(kind)[:-3] for kind in components()), *others]) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"
