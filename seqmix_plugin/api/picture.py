"""A chart that a notebook shows."""

from pathlib import Path
from typing import Callable, Union

from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.charts.rendering import FORMATS
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import write_bytes


class Picture:
    """
    A chart. A notebook shows it as the last value of a cell, without requesting anything from a server.

    # Parameters

    title : `str`
        What it shows.
    draw : `Callable[[str], bytes]`
        Gives the content of a file in one of `FORMATS`.
    """

    def __init__(self, title: str, draw: Callable[[str], bytes]) -> None:
        self.title = title
        self._draw = draw

    @python_errors()
    def save(self, path: Union[str, Path]) -> None:
        """
        Writes the chart to a file.

        # Parameters

        path : `Union[str, Path]`
            With the ending `.svg`, `.png` or `.pdf`.

        # Raises

        `ConfigurationError`
            For another ending.
        """
        form = Path(path).suffix.removeprefix(".").lower()
        if form not in FORMATS:
            raise ConfigurationError(
                f"{path}: the picture cannot be saved; expected a name that ends in .svg, .png or .pdf"
            )
        write_bytes(Path(path), self._draw(form))

    @python_errors()
    def _repr_svg_(self) -> str:
        return self._draw("svg").decode("utf-8")

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"
