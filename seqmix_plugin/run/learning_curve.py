"""The learning curve as a table and as a picture."""

from pathlib import Path
from typing import Any, Dict, List, Sequence

from seqmix_plugin.io.atomic import replacement, write_bytes, write_text
from seqmix_plugin.io.csv_text import csv_text
from seqmix_plugin.io.folder_guard import remove
from seqmix_plugin.run.layout import CURVE, NOT_MEASURED, PICTURE, ROUNDS
from seqmix_plugin.run.sentence_rows import to_lines

COLOURS = {"dev": "#0072b2", "test": "#d55e00"}
"""Of Okabe and Ito's palette, which colour-blind readers can tell apart."""


def curve_rows(rounds: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """
    One flat row a round; where no split is measured, its `f1` says so.

    # Parameters

    rounds : `Sequence[Dict[str, Any]]`
        Records of `rounds.jsonl`.
    """
    rows = []
    for record in rounds:
        row = {"round": record["round"], **record["annotated"], "synthetic": record["synthetic_in_training"]}
        for split, scores in record["scores"].items():
            row.update({f"{split}_{name}": scores[name] for name in ("precision", "recall", "f1")})
        if not record["scores"]:
            row["f1"] = NOT_MEASURED
        rows.append({**row, "seconds": round(sum(record["seconds"].values()), 3)})
    return rows


def write_rounds(rounds: Sequence[Dict[str, Any]], folder: Path) -> None:
    """Writes the files of a run's folder that follow from its rounds, or removes them when there is none."""
    if rounds:
        write_bytes(folder / ROUNDS, to_lines(rounds))
        write_csv(rounds, folder / CURVE)
        write_plot(rounds, folder / PICTURE)
    else:
        for name in (ROUNDS, CURVE, PICTURE):
            remove(folder / name)


def write_csv(rounds: Sequence[Dict[str, Any]], path: Path) -> None:
    """Writes the rows of `curve_rows`."""
    rows = curve_rows(rounds)
    write_text(path, csv_text(list(rows[0]), rows))


def write_plot(rounds: Sequence[Dict[str, Any]], path: Path) -> None:
    """Draws F1 against annotated sentences, a line a split; where none is measured, says so in its place."""
    from matplotlib.figure import Figure  # slow to import, and only the trainer's process draws

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    sentences = [record["annotated"]["sentences"] for record in rounds]
    if rounds[-1]["scores"]:
        _draw_scores(axes, sentences, rounds)
    else:
        axes.plot(sentences, [0.5] * len(sentences), linestyle="none")  # budgets only
        middle: Dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "transform": axes.transAxes,
            "backgroundcolor": "white",
        }
        axes.text(0.5, 0.5, f"{NOT_MEASURED}: no dev or test file", **middle)
        axes.set_yticks([])
    axes.set_xlabel("annotated sentences")
    axes.set_ylabel("entity F1 (%)")
    axes.set_xticks(sentences)
    axes.margins(x=0.1)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    with replacement(path) as temporary:
        figure.savefig(temporary, dpi=150, format="png")


def _draw_scores(axes: Any, sentences: Sequence[int], rounds: Sequence[Dict[str, Any]]) -> None:
    highest = max(rounds[-1]["scores"], key=lambda split: rounds[-1]["scores"][split]["f1"])
    for split in rounds[-1]["scores"]:
        scores = [100 * record["scores"][split]["f1"] for record in rounds]
        axes.plot(sentences, scores, marker="o", label=split, color=COLOURS.get(split))
        axes.annotate(
            f"{scores[-1]:.1f}",
            (sentences[-1], scores[-1]),
            textcoords="offset points",
            xytext=(6, 4 if split == highest else -12),
            color=COLOURS.get(split),
        )
    axes.legend(frameon=False, loc="lower right")
