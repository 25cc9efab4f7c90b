"""`seqmix compare-corpora`: which method is better over several corpora."""

import os
from pathlib import Path
from typing import Dict, Literal, Optional, Sequence

from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.compare_options import check_files, check_planned, parsed_cost, parsed_pairs, print_notes
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.reporting import formatting, pair_tables
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.latex import over_corpora as over_corpora_table
from seqmix_plugin.reporting.over_corpora import StratifiedComparison, by_corpus, over_corpora
from seqmix_plugin.reporting.run_groups import find_runs, with_cost


@command("compare-corpora")
def compare_corpora(
    runs: Sequence[str],
    *,
    markdown: Optional[str] = None,
    latex: Optional[str] = None,
    split: Optional[Literal["test", "dev"]] = None,
    baseline: Optional[str] = None,
    pairs: Optional[str] = None,
    planned: Optional[int] = None,
    against: Literal["sentences", "tokens", "entities", "seconds"] = "sentences",
    annotation_cost: Optional[str] = None,
) -> Dict[str, Comparison]:
    """
    Compare methods over several corpora: one difference and one test for each pair of methods.

    A difference is the mean over the corpora of the mean over the seeds; the test flips signs within each corpus, so
    that the seeds of all corpora count. A method has the same name on each corpus: folders are named by both, such as
    `webpage_nte` or `webpage/nte`.

    # Parameters

    runs : `Sequence[str]`
        Folders of runs, folders that hold such folders, records, or folders of records, of two corpora or more.
    markdown : `str`, optional (default = `None`)
        A file for the tables.
    latex : `str`, optional (default = `None`)
        A file for a LaTeX table of the pairs, with the lines of package booktabs.
    split : `Literal["test", "dev"]`, optional (default = `None`)
        The split that the terminal shows; by default test where it was measured.
    baseline : `str`, optional (default = `None`)
        Compare all methods with this one only; fewer pairs need fewer seeds.
    pairs : `str`, optional (default = `None`)
        Compare these pairs only, such as nte_sub:nte,mnlp:random; name them before the runs are started.
    planned : `int`, optional (default = `None`)
        How many pairs were named before the runs were started, where not all of them have runs yet: p is corrected for
        all of them; by default for those that are shown.
    against : `Literal["sentences", "tokens", "entities", "seconds"]`, optional (default = `"sentences"`)
        What annotations are counted in; seconds are those that they cost.
    annotation_cost : `str`, optional (default = `None`)
        Seconds that a sentence, a token and an entity cost, such as 12.57,3.795,5.387; by default those of the runs.

    # Returns

    `Dict[str, Comparison]`
        By the name of the corpus.

    # Raises

    `ConfigurationError`
        Before anything is written: runs of fewer than two corpora, names from which methods and corpora cannot be told,
        an unknown baseline or method of a pair, no pair that two corpora have, a file that cannot be written.
    """
    named, cost = parsed_pairs(pairs, baseline), parsed_cost(annotation_cost)
    check_files([Path(name) for name in (markdown, latex) if name is not None], runs)
    found, skipped = find_runs(runs)
    corpora, left_out = by_corpus(found)
    print_notes("skipped", skipped)
    print_notes("left out", left_out)
    comparisons = {}
    for corpus, groups in corpora.items():
        try:
            comparisons[corpus] = Comparison(with_cost(groups, cost), baseline, named, against, planned or 0)
        except ConfigurationError as error:
            raise ConfigurationError(f"{first_line(error)} (of {corpus})") from error
    compared = {name: over_corpora(comparisons, name) for name in ("test", "dev")}
    check_planned(planned, max(map(len, compared.values())))
    measured = [name for name, shown in compared.items() if shown and split in (None, name)]
    if not measured:
        raise ConfigurationError(f"no two of the corpora {', '.join(corpora)} have measured a pair of methods")
    _print(compared[measured[0]], measured[0], list(corpora))
    if markdown is not None:
        parts = [pair_tables.over_corpora(comparisons, name) for name in compared if compared[name]]
        text = "\n".join(f"### {part.title[0].upper()}{part.title[1:]}\n\n{part.markdown()}" for part in parts)
        _write(markdown, text)
    if latex is not None:
        _write(latex, str(over_corpora_table(compared[measured[0]], measured[0], list(corpora))))
    return comparisons


def _write(file: str, text: str) -> None:
    write_bytes(Path(os.path.realpath(file)), text.encode("utf-8", errors="replace"))
    show(f"wrote {file}")


def _print(compared: Sequence[StratifiedComparison], split: str, corpora: Sequence[str]) -> None:
    interval = "[95 % bootstrap interval over seeds]"
    show(f"{split} F1 points over {', '.join(corpora)}, mean of the means over the budgets, {interval}")
    for pair in compared:
        show(pair_tables.difference_sentence(pair))
        each = (
            f"{name} {formatting.signed(one.difference)} ({formatting.counted(len(one.units), 'seed')})"
            for name, one in pair.corpora.items()
        )
        show(f"    {', '.join(each)}")
        show(f"    {pair.verdict}")
