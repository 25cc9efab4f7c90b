"""Query policies on a pool that is never nearly empty."""

from dataclasses import replace
from pathlib import Path
from typing import Dict

from scripts.results.figures import Charts, charts, shown
from scripts.results.records import Corpus, comparisons, demoted, environment, progress
from scripts.results.wording import answers, bullets, verdicts
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.reporting import pair_tables, tables
from seqmix_plugin.reporting.comparison import Comparison

NAME = "large_pool"
QUESTIONS = (
    ("nte", "random", "Does token entropy find better sentences than chance?"),
    ("mnlp", "random", "Does MNLP?"),
    ("lc", "random", "Does least confidence?"),
    ("bald", "random", "Does BALD?"),
    ("qbc", "random", "Does a committee?"),
)
PAIRS = [(first, second) for first, second, _ in QUESTIONS]
MEASURES = ("sentences", "tokens")
INTRODUCTION = """\
The paper's pool of 700 sentences is used up at the last budget, where all policies have labelled the same. Here the
pool is the whole training file (14,041 sentences of CoNLL-2003, 2,215 of GENEVA), of which 50 and then 5 × 50 are
labelled. Each query chooses among 4,000 candidates, each round trains a fresh MiniLM for 200 steps of 16 sentences
(`training_configs/large_pool/`). Each policy is compared with random sampling, as was decided beforehand. People are
paid by what they read, and policies differ in the length of what they select, so the curves are shown against tokens
too.
"""


def found_in(results: Path) -> Dict[Corpus, Comparison]:
    """The comparisons of the experiment."""
    return comparisons(results, NAME, PAIRS)


def section(results: Path) -> str:
    """All of the experiment."""
    found = found_in(results)
    parts = ["## A large pool\n", INTRODUCTION, progress(results, NAME)]
    if found:
        parts.append(environment(found))
    for corpus, one in found.items():
        parts += [f"### {corpus.title}, all sentences as pool\n", shown(NAME, corpus, one, MEASURES)]
        parts.append(demoted(tables.markdown(one), 1))
        if lines := answers(one, QUESTIONS, {}):
            parts.append(f"#### What this says at equal sentences\n\n{bullets(lines)}")
        parts.append(at_equal_tokens(one))
    over = {corpus.title: one for corpus, one in found.items() if one.named}
    parts += [f"### Both corpora: {table.title}\n\n{table.markdown()}" for table in verdicts(over)]
    return "\n".join(filter(None, parts))


def at_equal_tokens(found: Comparison) -> str:
    """The comparison at equal tokens, at budgets that all runs cover."""
    if not found.named:
        return ""
    try:
        found = replace(found, against="tokens")
    except ConfigurationError:
        return "The runs have no range of tokens in common yet.\n"
    parts = []
    for split in found.splits:
        for table in (tables.curves(found, split), pair_tables.pairs(found, split)):
            title = table.title.replace("mean over budgets", "mean over budgets in tokens")
            parts.append(f"#### {title[0].upper()}{title[1:]}\n\n{table.markdown()}")
    parts.append(f"#### What this says at equal tokens\n\n{bullets(answers(found, QUESTIONS, {}))}")
    return "\n".join(parts)


def pictures(results: Path) -> Charts:
    """The curves, against sentences and tokens."""
    return charts(NAME, found_in(results), MEASURES)
