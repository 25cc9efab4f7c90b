"""The paper's experiments as they were run at first: each method for 10 epochs a round, whatever it adds."""

from pathlib import Path
from typing import Any, Dict

from scripts.results.figures import Charts, charts, shown
from scripts.results.records import Corpus, comparisons, environment, papers_numbers
from scripts.results.wording import of_corpus
from seqmix_plugin.reporting.comparison import Comparison

NAME = "unequal_steps"
UNREPAIRED = ("2d94d0ced46e",)
"""Revisions of the plugin without the repairs that the page names."""
QUESTIONS = (
    ("nte_sub", "nte", "Does SeqMix help?"),
    ("nte_duplicate", "nte", "Do as many training steps help without any new sentence?"),
    ("nte_more_steps", "nte", "Do more epochs help, without any further sentence?"),
    ("nte_sub", "nte_duplicate", "Does SeqMix help more than repeating sentences does?"),
    ("nte_sub", "nte_more_steps", "Does SeqMix help more than more epochs do?"),
    ("nte", "random", "Does token entropy find better sentences than chance?"),
)

INTRODUCTION = """\
These runs are kept as they are; **their methods differ in training steps**. Each round trained for 10 epochs in
batches of 32 sentences, so that a method that adds sentences is also trained for more steps, and the first rounds
for few: 30 steps with 85 sentences, 70 with 200. Where steps are that few, more of them alone can raise F1 (a second
training of the seed set does [on WebPage](#the-papers-seed-gain), and does not on CoNLL-2003), so that a difference
between these methods is one of sentences and steps together. The encoder is MiniLM; the language model is fitted to
the corpus.
"""
REPAIRS = """\
Repairs since then would change such runs and are not in these records: the quantiles of `in_domain` with two halves
of the slice were taken over both of its language models together, and are now of each; windows were mixed in words
beyond `max_length` too, which are cut before training; the scores of `least_confidence` with a CRF tied at 1; and
`nte_duplicate` repeats sentences at random, whereas SeqMix starts from sentences with a dense window
(`nte_duplicate_frames` repeats those).
"""


def section(results: Path) -> str:
    """The runs of before, with what is known of them."""
    found = comparisons(results, NAME)
    parts = [f"## Runs with unequal steps\n\n{introduction(found)}"]
    paper = papers_numbers(results)
    parts += [_of_corpus(corpus, one, paper.get(corpus.name, {})) for corpus, one in found.items()]
    return "\n".join(parts)


def pictures(results: Path) -> Charts:
    """The curves."""
    return charts(NAME, comparisons(results, NAME))


def introduction(found: Dict[Corpus, Comparison]) -> str:
    """What makes these runs differ from those above, and which of them were made before repairs."""
    if not found:
        return "There are no records of such runs.\n"
    runs = [run for one in found.values() for group in one.groups for run in group.runs]
    old = sum(run.environment.get("revision") in UNREPAIRED for run in runs)
    return f"{INTRODUCTION}\n{environment(found)}\n{_unrepaired(old, len(runs))}"


def _unrepaired(number: int, of: int) -> str:
    """Which records were made before repairs that would change them."""
    if number == 0:
        return ""
    revisions = ", ".join(UNREPAIRED)
    return f"{number} of the {of} records were made by revision {revisions} of the plugin. {REPAIRS}"


def _of_corpus(corpus: Corpus, found: Comparison, paper: Dict[str, Any]) -> str:
    """Commands, curves, tests, and the paper beside them."""
    commands = "\n".join(
        f"seqmix repeat training_configs/paper/{corpus.prefix}{group.name}.jsonnet --seeds "
        f"{','.join(str(run.seed) for run in group.runs)} --workers 2 -s runs/{corpus.prefix}{group.name} "
        f"--records results/{NAME}"
        for group in found.groups
    )
    heading = f"### {corpus.title}, unequal steps\n\n```\n{commands}\n```\n"
    return "\n".join([heading, shown(NAME, corpus, found), of_corpus(found, QUESTIONS, paper)])
