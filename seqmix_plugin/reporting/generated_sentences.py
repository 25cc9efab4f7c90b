"""The sentences that a method generated: how plausible they were, and what they look like."""

from contextlib import suppress
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
from pydantic import Field, ValidationError

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.json_text import read_objects
from seqmix_plugin.io.stored import Known, Number, first_problem
from seqmix_plugin.reporting.run_groups import Group
from seqmix_plugin.run.layout import ANNOTATED, SYNTHETIC
from seqmix_plugin.run.reader import Run
from seqmix_plugin.run.sentence_rows import sentence_of
from seqmix_plugin.sentence import TaggedSentence

NUM_BINS = 30
MOST_EXAMPLES = 240
"""About so many examples are shown, so that the page stays small."""


class _Window(Known):
    sentence_id: str
    start: int
    end: int


class _Generated(Known):
    """A line of `synthetic.jsonl`."""

    round: int
    accepted: bool
    score: Optional[Number] = None
    weight: Optional[Number] = Field(default=None, alias="lambda")
    parents: List[_Window]
    changed: Optional[List[int]] = Field(default=None, min_length=2, max_length=2)
    tokens: List[str]
    tag_distributions: List[Dict[str, Number]]


class GeneratedSentences:
    """What the runs of one method generated; a `ConfigurationError` when a file does not hold what a run writes."""

    def __init__(self, group: Group) -> None:
        self.group = group
        of_runs = [(run, _read(run)) for run in group.runs if (run.path / SYNTHETIC).is_file()]
        self._all = [sentence for _, sentences in of_runs for sentence in sentences]
        of_rounds = [row["augmentation"].get("discriminator") for run, _ in of_runs for row in run.rounds]
        self._discriminators = [block for block in of_rounds if block]
        with_parents = (item for item in of_runs if (item[0].path / ANNOTATED).is_file())
        self._shown = next(((run, sentences, _labelled(run)) for run, sentences in with_parents), None)

    @property
    def score_name(self) -> str:
        """What the discriminator judges by."""
        if any(block.get("scope") == "window" for block in self._discriminators):
            return "perplexity of the window"
        names = {name for block in self._discriminators for name in block}
        return "perplexity" if not names or names & {"accepted_range", "accepted_ranges"} else "score"

    @property
    def accepted_range(self) -> List[float]:
        """The finite ends of the accepted range of scores, medians over rounds, seeds and language models."""
        of_scores = [b for b in self._discriminators if b.get("accepted_range_of", "perplexity") == "perplexity"]
        known = [r for b in of_scores for r in (b.get("accepted_range", []), *b.get("accepted_ranges", []))]
        ranges = np.array([ends for ends in known if len(ends) == 2 and ends[0] is not None], dtype=float)
        medians = np.median(np.nan_to_num(ranges, nan=np.inf), axis=0) if len(ranges) else ()
        return [float(end) for end in medians if np.isfinite(end)]

    def histogram(self, num_bins: int = NUM_BINS) -> List[Dict[str, Any]]:
        """How many sentences score from `low` to `high`, by verdict, in bins of equal ratio; 0 is in the first."""
        scored = [(s.score, s.accepted) for s in self._all if s.score is not None]
        positive = [score for score, _ in scored if score > 0]
        if not positive:
            return []
        edges = np.geomspace(0.999 * min(positive), 1.001 * max(positive), num_bins + 1)
        rows = []
        for verdict in ("accepted", "refused"):
            some = [max(score, min(positive)) for score, accepted in scored if accepted == (verdict == "accepted")]
            for low, high, count in zip(edges, edges[1:], np.histogram(some, edges)[0], strict=False):
                names = {"method": self.group.name, "verdict": verdict}
                rows.append({**names, "from": low, "to": high, "sentences": int(count)})
        return [row for row in rows if row["sentences"]]

    def examples(self, per_round: int = 4) -> List[Dict[str, Any]]:
        """Sentences beside their parents, of the first seed that kept these: `per_round` of each verdict and round."""
        if self._shown is None:
            return []
        run, sentences, labelled = self._shown
        taken: Dict[Tuple[int, bool], int] = {}
        rows = []
        for sentence in sentences:
            key = sentence.round, sentence.accepted
            known = bool(sentence.parents) and all(window.sentence_id in labelled for window in sentence.parents)
            if known and taken.get(key, 0) < per_round:
                taken[key] = taken.get(key, 0) + 1
                parents = [labelled[window.sentence_id] for window in sentence.parents]
                rows.append({"method": self.group.name, "seed": run.seed, **_example(sentence, parents)})
        return rows


def examples(generated: Sequence[GeneratedSentences]) -> List[Dict[str, Any]]:
    """Some sentences of each verdict, round and method, fewer of each for more methods and rounds."""
    rounds = sum(one.group.num_budgets for one in generated)
    per_round = max(1, min(4, MOST_EXAMPLES // max(2 * rounds, 1)))
    return [row for one in generated for row in one.examples(per_round)]


def _read(run: Run) -> List[_Generated]:
    sentences = []
    for number, line in enumerate(read_objects(run.path / SYNTHETIC), start=1):
        try:
            sentences.append(_Generated.model_validate(line))
            problem = "" if len(line["tokens"]) == len(line["tag_distributions"]) else "soft labels are missing"
        except ValidationError as error:
            problem = first_problem(error)
        if problem:
            raise ConfigurationError(f"{run.path / SYNTHETIC}, line {number}: not a generated sentence ({problem})")
    return sentences


def _labelled(run: Run) -> Dict[str, TaggedSentence]:
    """The labelled sentences of a run by their ids; lines that hold none are left out."""
    found = {}
    for line in read_objects(run.path / ANNOTATED):
        with suppress(ValueError):
            sentence = sentence_of(line)
            if sentence.tags is not None:
                found[sentence.id] = sentence
    return found


def _example(sentence: _Generated, parents: Sequence[TaggedSentence]) -> Dict[str, Any]:
    """A sentence as the page shows it: its words and soft labels, most probable first, beside its parents."""
    windows = [[window.start, window.end] for window in sentence.parents]
    labels = [sorted(shares.items(), key=lambda item: -item[1]) for shares in sentence.tag_distributions]
    return {
        "round": sentence.round,
        "accepted": sentence.accepted,
        "score": None if sentence.score is None else float(f"{sentence.score:.4g}"),
        "lambda": sentence.weight,
        "parents": [
            {"words": parent.tokens, "tags": parent.tags, "window": window}
            for parent, window in zip(parents, windows, strict=True)
        ],
        "child": {
            "words": sentence.tokens,
            "labels": [[[tag, round(share, 3)] for tag, share in shares] for shares in labels],
            "window": sentence.changed or windows[0],
        },
    }
