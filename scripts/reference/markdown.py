"""Docstrings as Markdown: a table of the parameters, and links to what types and defaults name."""

import functools
import inspect
import re
from typing import Any, Callable, Dict, Iterable, List, Optional

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


@functools.cache
def targets() -> Dict[str, str]:
    """Where the kinds, components and blocks are described, by the names of their classes."""
    found = {cls.__name__: f"blocks.md#{anchor(cls.__name__)}" for cls in blocks()}
    for kind, ones in components().items():
        found[kind.__name__] = page_of(kind)
        found.update((one.cls.__name__, f"{page_of(kind)}#{anchor(one.name)}") for one in ones)
    return found


def linked(code: str, shown: Optional[str] = None) -> str:
    """Code that is a link where it names a class of the reference; something else may be shown in its place."""
    known = targets()
    names = [name for name in words(code) if name in known]
    text = f"`{code if shown is None else shown}`"
    return f"[{text}]({known[names[0]]})" if names else text


def prose(text: str) -> str:
    """Running text, in which pages of the documentation are links."""
    return re.sub(r"`docs/(\w+)\.md`", rf"[\1]({TO_PAGES}\1.md)", text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; a cell may have any text in a line."""
    lines = [[cell.replace("|", "\\|") for cell in row] for row in (head, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def default(entry: Documented, in_configuration: bool) -> str:
    """The default of a parameter, or that it is required; in a configuration as it is written there."""
    if entry.default is None:
        return "" if entry.given or entry.optional else "required"
    return linked(entry.default, configured(entry.default) if in_configuration else entry.default)


def configured(code: str) -> str:
    """A default as a configuration has it: a component by its registered name, a block of settings without keys."""
    if code in ("None", "True", "False"):
        return {"None": "null", "True": "true", "False": "false"}[code]
    name = re.fullmatch(r"(?:Lazy\()?(\w+)\(?\)+", code)
    types = {one.cls.__name__: f'"{one.name}"' for ones in components().values() for one in ones}
    return {**types, **{cls.__name__: "{}" for cls in blocks()}}.get(name.group(1), code) if name else code


def parameters(entries: Dict[str, Documented], in_configuration: bool = True) -> str:
    """A table of parameters, which are keys of a configuration or arguments; empty where there are none."""
    rows = [
        (
            f"`{name}`",
            linked(entry.type) if entry.type else "",
            default(entry, in_configuration),
            prose(entry.text),
        )
        for name, entry in entries.items()
    ]
    head = ("key" if in_configuration else "parameter", "type", "default", "meaning")
    return f":::{{container}} parameters\n{table(head, rows)}:::" if rows else ""


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
        parameters(documented(described), in_configuration=False),
        *further_sections(described),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
