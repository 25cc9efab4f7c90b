"""The learning curve of a run as a table and as a picture."""

import functools
import logging
from pathlib import Path
from typing import Any, Dict, List, Sequence

from seqmix_plugin.annotation_cost import annotation_seconds
from seqmix_plugin.charts.learning_curves import learning_curves, message
from seqmix_plugin.charts.rendering import pictures
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.extras import check_extra
from seqmix_plugin.io.atomic import write_bytes, write_text
from seqmix_plugin.io.csv_text import csv_text
from seqmix_plugin.io.folder_guard import remove
from seqmix_plugin.run.layout import CURVE, NOT_MEASURED, PICTURE
from seqmix_plugin.run.method_name import method_of

_warn_once = functools.cache(logging.getLogger(__name__).warning)


def curve_rows(rounds: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The records of `rounds.jsonl` as flat rows; where no split is measured, `f1` says so."""
    rows = []
    for record in rounds:
        cost = record.get("annotation_seconds", annotation_seconds(record["annotated"]))  # not in version 0.1
        row = {"round": record["round"], **record["annotated"], "annotation_seconds": cost}
        row["synthetic"] = record["synthetic_in_training"]
        for split, scores in record["scores"].items():
            row.update({f"{split}_{name}": scores[name] for name in ("precision", "recall", "f1")})
        if not record["scores"]:
            row["f1"] = NOT_MEASURED
        rows.append({**row, "seconds": round(sum(record["seconds"].values()), 3)})
    return rows


def write_curve(rounds: Sequence[Dict[str, Any]], folder: Path, measure: str = "sentences") -> None:
    """Writes `learning_curve.csv` and `learning_curve.png` in a run's folder; the latter is drawn against `measure`."""
    rows = curve_rows(rounds)
    write_text(folder / CURVE, csv_text(list(rows[0]), rows))
    try:
        content = picture(rounds, measure, "png", method_of(folder))
    except ConfigurationError as error:
        remove(folder / PICTURE)  # one of earlier rounds
        _warn_once(f"{folder / PICTURE} is not drawn: {error}")
        return
    write_bytes(folder / PICTURE, content)


def picture(rounds: Sequence[Dict[str, Any]], measure: str, form: str, method: str = "") -> bytes:
    """
    The chart as a file of a format, `"png"`, `"svg"` or `"pdf"`; a `ConfigurationError` where the extra is not
    installed.
    """
    check_extra("report", "the picture")
    [content] = pictures((chart(rounds, measure, method), form))
    return content


def chart(rounds: Sequence[Dict[str, Any]], measure: str = "sentences", method: str = "") -> Dict[str, Any]:
    """
    F1 against annotated sentences or tokens, a line per split, under the method's name; where none is measured, a text
    that says so.
    """
    splits = list(rounds[-1]["scores"])
    if not splits:
        return message(f"{NOT_MEASURED}: no dev or test file")
    points = [
        {"method": split, "round": record["round"], **record["annotated"], "F1": 100 * record["scores"][split]["f1"]}
        for record in rounds
        for split in splits
    ]
    return learning_curves(
        splits, points, width=480, height=300, cell="F1", measure=measure, title=method[:1].upper() + method[1:]
    )
