"""Docstrings as Markdown: a table of the parameters, and links to what types and defaults name."""

import inspect
import re
from typing import Any, Callable, Dict, Iterable, List

from scripts.reference.catalogue import blocks, components, words
from scripts.reference.docstrings import Documented, documented, sections

TO_PAGES = "../../"
"""From the reference to the folder `docs/`."""
TO_SOURCE = "../../../"
"""From the reference to the repository."""


def page_of(kind: type) -> str:
    """The file with the components of a kind."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower() + ".md"


def anchor(heading: str) -> str:
    """The anchor of a heading, as on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def targets() -> Dict[str, str]:
    """Where the kinds, components and blocks are described, by the names of their classes."""
    found = {cls.__name__: f"blocks.md#{anchor(cls.__name__)}" for cls in blocks()}
    for kind, ones in components().items():
        found[kind.__name__] = page_of(kind)
        found.update((one.cls.__name__, f"{page_of(kind)}#{anchor(one.name)}") for one in ones)
    return found


def linked(code: str) -> str:
    """Code that is a link where it names one class of the reference."""
    known = targets()
    names = [name for name in words(code) if name in known]
    return f"[`{code}`]({known[names[0]]})" if names else f"`{code}`"


def prose(text: str) -> str:
    """Running text, in which pages of the documentation are links."""
    return re.sub(r"`docs/(\w+)\.md`", rf"[\1]({TO_PAGES}\1.md)", text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; a cell may have any text in a line."""
    lines = [[cell.replace("|", "\\|") for cell in row] for row in (head, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def parameters(entries: Dict[str, Documented], first: str = "key") -> str:
    """A table of parameters; empty where there are none."""
    rows = [
        (
            f"`{name}`",
            linked(entry.type) if entry.type else "",
            linked(entry.default) if entry.default is not None else "" if entry.given or entry.optional else "required",
            prose(entry.text),
        )
        for name, entry in entries.items()
    ]
    return table((first, "type", "default", "meaning"), rows) if rows else ""


def further_sections(described: Any, left_out: Iterable[str] = ()) -> List[str]:
    """What a docstring says beside prose and parameters, each section a paragraph."""
    found = []
    for heading, text in sections(described).items():
        if heading not in ("", "Parameters", *left_out):
            blocks_ = [block.split("\n", 1) for block in re.split(r"\n(?=\S)", text)]
            said = [": ".join([head, *(" ".join(rest.split()) for rest in more)]) for head, *more in blocks_ if head]
            found.append(f"**{heading}** " + "; ".join(said))
    return [prose(text) for text in found]


def function(name: str, described: Callable[..., Any], level: int = 2) -> str:
    """A function or method: its signature, and what its docstring says."""
    signature = ", ".join(
        parameter.name if parameter.default is inspect.Parameter.empty else f"{parameter.name}=…"
        for parameter in inspect.signature(described).parameters.values()
        if parameter.name != "self"
    )
    parts = [
        f"{'#' * level} {name}",
        f"`{name}({signature})`",
        prose(sections(described)[""]),
        parameters(documented(described), "parameter"),
        *further_sections(described),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
