"""Charts as pictures, and the script that draws them in a browser, both of vl-convert."""

import base64
import json
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Tuple

from seqmix_plugin.charts.theme import for_paper
from seqmix_plugin.errors import ConfigurationError, first_line, printable

SCRIPT = Path(__file__).with_name("vl_convert_process.py")
SECONDS = 120
FORMATS = ("pdf", "svg", "png")
PIXELS_PER_INCH = 600
Call = Tuple[str, Dict[str, Any]]


def pictures(*charts: Tuple[Dict[str, Any], str]) -> List[bytes]:
    """
    Charts as files.

    # Parameters

    charts : `Tuple[Dict[str, Any], str]`
        Each a specification of Vega-Lite and a format: `"png"`, `"svg"` or `"pdf"`.

    # Returns

    `List[bytes]`

    # Raises

    `ConfigurationError`
        When vl-convert is not installed or fails.
    """
    scale = {"png": {"scale": 2}}
    return _results(*((f"vegalite_to_{f}", {"vl_spec": for_paper(spec), **scale.get(f, {})}) for spec, f in charts))


def paper_pictures(*charts: Tuple[Dict[str, Any], str]) -> List[bytes]:
    """
    Charts whose units are points, as files of their size on paper.

    # Parameters

    charts : `Tuple[Dict[str, Any], str]`
        Each a specification of Vega-Lite and one of `FORMATS`: a `"pdf"` has its fonts in it, a `"png"` has
        `PIXELS_PER_INCH`.

    # Returns

    `List[bytes]`

    # Raises

    `ConfigurationError`
        When vl-convert is not installed or fails.
    """
    size = {"png": {"ppi": PIXELS_PER_INCH}}
    drawn = _results(*((f"vegalite_to_{f}", {"vl_spec": for_paper(spec), **size.get(f, {})}) for spec, f in charts))
    in_points = rb'\1 width="\2pt" height="\3pt"'
    return [re.sub(rb'^(<svg[^>]*?) width="([\d.]+)" height="([\d.]+)"', in_points, content) for content in drawn]


@lru_cache(maxsize=1)
def browser_script() -> str:
    """Vega, Vega-Lite and vega-embed as one script that a page can hold."""
    return _results(("javascript_bundle", {"snippet": "window.vegaEmbed = vegaEmbed;"}))[0].decode("utf-8")


def _results(*calls: Call) -> List[bytes]:
    """What functions of `vl_convert` return, in a process of their own."""
    command = [sys.executable, "-P", str(SCRIPT)]
    try:
        done = subprocess.run(
            command, input=json.dumps(calls), capture_output=True, text=True, timeout=SECONDS, encoding="utf-8"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigurationError(f"vl-convert cannot be run: {first_line(error)}") from error
    if done.returncode != 0:
        reason = next(reversed(done.stderr.strip().splitlines()), f"exit code {done.returncode}")
        raise ConfigurationError(f"vl-convert cannot be run: {printable(reason)}")
    return [base64.b64decode(content) for content in json.loads(done.stdout)]
