"""The figure and the table of a paper that `seqmix compare` writes."""

import os
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

from seqmix_plugin.charts.rendering import FORMATS, paper_pictures
from seqmix_plugin.errors import ConfigurationError, first_line, quoted
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.reporting import latex, paper_figure
from seqmix_plugin.reporting.comparison import Comparison

NARROWEST, WIDEST = 1, 20
"""Inches."""


class PaperFiles(NamedTuple):
    """
    # Parameters

    figure : `str`, optional
        The file for the learning curves.
    table : `str`, optional
        The file for the LaTeX table.
    width : `float`
        Of the figure, in inches.
    parts : `Sequence[str]`
        The names of methods in both, each with its method, see `parsed_names`.
    """

    figure: Optional[str]
    table: Optional[str]
    width: float
    parts: Sequence[str]

    @property
    def paths(self) -> List[str]:
        """The files; a `ConfigurationError` for a figure of an unknown format or width."""
        if self.figure is not None and Path(self.figure).suffix.lower()[1:] not in FORMATS:
            expected = f"a file that ends in {', '.join(f'.{kind}' for kind in FORMATS)}"
            raise ConfigurationError(f"--figure is {quoted(Path(self.figure).name)}; expected {expected}")
        if not NARROWEST <= self.width <= WIDEST:
            expected = f"inches, from {NARROWEST} to {WIDEST}"
            raise ConfigurationError(f"--figure-width is {self.width:g}; expected {expected}")
        return [path for path in (self.figure, self.table) if path is not None]

    def check(self, comparison: Comparison) -> None:
        """Raises a `ConfigurationError` for names of methods that are not compared, or that are not unique."""
        names, known = self.names(comparison), [group.name for group in comparison.groups]
        called = [names.get(name, name) for name in known]
        twice = next((name for name in called if called.count(name) > 1), None)
        if twice is not None:
            raise ConfigurationError(f"--names calls two methods {quoted(twice)}; expected a name of its own for each")

    def names(self, comparison: Comparison) -> Dict[str, str]:
        """The names of the methods that have other ones than their own."""
        return _names(self.parts, [group.name for group in comparison.groups])

    def write(self, comparison: Comparison, split: Optional[str], written: List[str]) -> None:
        """Writes the files for a split, and adds them to those that are written."""
        if split is not None and self.table is not None:
            text = str(latex.of_comparison(comparison, split, self.names(comparison)))
            write_bytes(Path(os.path.realpath(self.table)), text.encode("utf-8", errors="replace"))
            written.append(self.table)
        if split is not None and self.figure is not None:
            spec = paper_figure.figure(comparison, split, self.names(comparison), self.width)
            try:
                [content] = paper_pictures((spec, Path(self.figure).suffix.lower()[1:]))
            except ConfigurationError as error:
                raise ConfigurationError(f"{self.figure} is not drawn: {first_line(error)}") from error
            write_bytes(Path(os.path.realpath(self.figure)), content)
            written.append(self.figure)


def parsed_names(text: Optional[str]) -> List[str]:
    """The parts of a list such as `nte=Token entropy,nte_sub=Token entropy + SeqMix`."""
    parts = [part.strip() for part in text.split(",")] if text else []
    if any(not all(side.strip() for side in part.partition("=")) for part in parts):
        raise _not_names(", ".join(parts))
    return parts


def _names(parts: Sequence[str], known: Sequence[str]) -> Dict[str, str]:
    """The names by methods, in whose own names there may be equals signs, as `sweep` makes them."""
    names: Dict[str, str] = {}
    for part in parts:
        places = [place for place, letter in enumerate(part) if letter == "="]
        splits = [(part[:place].strip(), part[place + 1 :].strip()) for place in places]
        found = [split for split in splits if split[0] in known and split[1]]
        if not found:
            raise ConfigurationError(f"--names has {quoted(splits[0][0])}; expected some of {', '.join(known)}")
        method, name = found[-1]
        if method in names:
            raise _not_names(", ".join(parts))
        names[method] = name
    return names


def _not_names(text: str) -> ConfigurationError:
    expected = "one name for each method, such as nte=Token entropy,random=Random"
    return ConfigurationError(f"--names is {quoted(text)}; expected {expected}")
