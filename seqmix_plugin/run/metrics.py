"""The content of `metrics.json`."""

from typing import Any, Dict, Optional, Sequence

from seqmix_plugin.run.layout import NOT_MEASURED


def summary(rounds: Sequence[Dict[str, Any]], waiting_for: Optional[Dict[str, int]] = None) -> Dict[str, Any]:
    """
    The last round's scores, the mean of each F1 over the rounds, the number of annotated sentences, tokens and
    entities, the seconds that annotating them costs, and whether the run is finished or waits for labels. Where no
    split is measured, `f1` is a text that says so.
    """
    status = {"status": "finished"} if waiting_for is None else {"status": "waiting", "waiting_for": waiting_for}
    if not rounds:
        return status
    last = rounds[-1]
    metrics: Dict[str, Any] = {
        **status,
        "rounds": last["round"],
        **{f"annotated_{k}": v for k, v in last["annotated"].items()},
    }
    if "annotation_seconds" in last:  # not in rounds of version 0.1
        metrics["annotation_seconds"] = last["annotation_seconds"]
    for split, scores in last["scores"].items():
        metrics.update({f"{split}_{name}": value for name, value in scores.items()})
        metrics[f"mean_{split}_f1"] = sum(r["scores"][split]["f1"] for r in rounds) / len(rounds)
    if not last["scores"]:
        metrics["f1"] = NOT_MEASURED
    if "stop" in last:
        metrics["stopped_because"] = last["stop"]
    metrics["seconds"] = sum(sum(record["seconds"].values()) for record in rounds)
    return metrics
