"""Learning curves as charts."""

from typing import Any, Dict, List, Sequence, Tuple

from scripts.results.records import METHODS, Corpus, names_of
from seqmix_plugin.charts.learning_curves import learning_curves
from seqmix_plugin.reporting.chart_data import mean_rows
from seqmix_plugin.reporting.comparison import Comparison

Charts = Dict[str, Dict[str, Any]]


def file_name(experiment: str, corpus: Corpus, split: str, measure: str = "sentences") -> str:
    """The file of a corpus's mean curves."""
    against = "" if measure == "sentences" else f"_{measure}"
    return f"results_{experiment}_{corpus.prefix}{split}{against}.svg"


def charts(
    experiment: str,
    found: Dict[Corpus, Comparison],
    measures: Sequence[str] = ("sentences",),
    looks: Sequence[str] = METHODS,
) -> Charts:
    """The curves of an experiment, by the files of their pictures; `looks` are the methods in the order of colours."""
    drawn: Charts = {}
    for corpus, comparison in found.items():
        rows, references = mean_rows(comparison), [group.name for group in comparison.references]
        names = [*looks, *(name for name in names_of(comparison) if name not in looks)]  # looks stay the same
        means, levels = ([row for row in rows if (row["method"] in references) is level] for level in (False, True))
        for split in comparison.splits:
            for measure in measures:
                size = {"cell": f"{split}/", "width": 560, "height": 320}
                chart = learning_curves(names, means, (), levels, **size)
                drawn[file_name(experiment, corpus, split, measure)] = counted_in(chart, measure)
    return drawn


def counted_in(chart: Dict[str, Any], measure: str) -> Dict[str, Any]:
    """A chart of learning curves with another measure of the annotations."""
    chosen = [{**one, "value": measure} if one["name"] == "measure" else one for one in chart["params"]]
    return {**chart, "params": chosen}


def shown(experiment: str, corpus: Corpus, found: Comparison, measures: Sequence[str] = ("sentences",)) -> str:
    """The pictures of a corpus in Markdown."""
    lines: List[str] = []
    pairs: List[Tuple[str, str]] = [(split, measure) for split in reversed(found.splits) for measure in measures]
    for split, measure in pairs:
        about = f"{corpus.title}, {split}: F1 against annotated {measure}, a curve per method"
        lines.append(f"![{about}]({file_name(experiment, corpus, split, measure)})\n")
    return "\n".join(lines)
