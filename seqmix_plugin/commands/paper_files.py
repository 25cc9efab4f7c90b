"""The figure and the table of a paper that `seqmix compare` writes."""

import os
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

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
    names : `Dict[str, str]`
        Those of methods in both.
    """

    figure: Optional[str]
    table: Optional[str]
    width: float
    names: Dict[str, str]

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
        known = [group.name for group in comparison.groups]
        for name in self.names:
            if name not in known:
                raise ConfigurationError(f"--names has {quoted(name)}; expected some of {', '.join(known)}")
        called = [self.names.get(name, name) for name in known]
        twice = next((name for name in called if called.count(name) > 1), None)
        if twice is not None:
            raise ConfigurationError(f"--names calls two methods {quoted(twice)}; expected a name of its own for each")

    def write(self, comparison: Comparison, split: Optional[str], written: List[str]) -> None:
        """Writes the files for a split, and adds them to those that are written."""
        if split is not None and self.table is not None:
            text = str(latex.of_comparison(comparison, split, self.names))
            write_bytes(Path(os.path.realpath(self.table)), text.encode("utf-8", errors="replace"))
            written.append(self.table)
        if split is not None and self.figure is not None:
            spec = paper_figure.figure(comparison, split, self.names, self.width)
            try:
                [content] = paper_pictures((spec, Path(self.figure).suffix.lower()[1:]))
            except ConfigurationError as error:
                raise ConfigurationError(f"{self.figure} is not drawn: {first_line(error)}") from error
            write_bytes(Path(os.path.realpath(self.figure)), content)
            written.append(self.figure)


def parsed_names(text: Optional[str]) -> Dict[str, str]:
    """The names of a list such as `nte=Token entropy,nte_sub=Token entropy + SeqMix`."""
    pairs = [tuple(part.strip() for part in pair.split("=", 1)) for pair in (text or "").split(",")] if text else []
    if any(len(pair) != 2 or not all(pair) for pair in pairs) or len({pair[0] for pair in pairs}) < len(pairs):
        expected = "one name for each method, such as nte=Token entropy,random=Random"
        raise ConfigurationError(f"--names is {quoted(text)}; expected {expected}")
    return dict(pairs)  # type: ignore[arg-type]
