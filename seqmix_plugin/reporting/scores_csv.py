"""Every score of every run as CSV."""

from typing import Any, Dict, List, Sequence

from seqmix_plugin.io.csv_text import csv_text
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.run.layout import NOT_MEASURED


def scores_csv(groups: Sequence[Group]) -> str:
    """
    A row per run, round, split and entity type; scores are between 0 and 1, as a run writes them. Rows with `all types`
    under `of` are totals, those with `one type` have its name under `type`. A round that is not measured has one row,
    which says so in place of the split. A text that a spreadsheet would take for a formula begins with `'`.
    """
    columns = ["method", "seed", "data_seed", "round", "sentences", "tokens", "entities", "synthetic"]
    columns += ["split", "of", "type", "precision", "recall", "f1"]
    rows: List[Dict[str, Any]] = []
    for group, run, record in [(g, r, record) for g in groups for r in g.runs for record in r.rounds]:
        place = {"method": group.name, "seed": run.seed, "data_seed": run.data_seed, "round": record["round"]}
        place |= {**record["annotated"], "synthetic": record["synthetic_in_training"]}
        if not record["scores"]:
            rows.append({**place, "split": NOT_MEASURED})
        for split, scores in record["scores"].items():
            for kind in dict.fromkeys(name.rpartition("/")[0] for name in scores):
                values = {name.rpartition("/")[2]: f1 for name, f1 in scores.items() if name.rpartition("/")[0] == kind}
                of = {"of": "one type", "type": kind} if kind else {"of": "all types"}
                rows.append({**values, **place, "split": split, **of})
    return csv_text(columns, rows)
