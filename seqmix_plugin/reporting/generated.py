"""What was generated: how many passed, how plausible they were, and what they look like."""

import math
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.io.json_text import read_objects
from seqmix_plugin.reporting.grouping import Group
from seqmix_plugin.run.layout import ANNOTATED, SYNTHETIC
from seqmix_plugin.run.reader import FUNNEL, Run, accepted_ranges, is_number

NUM_BINS = 30


@dataclass(frozen=True)
class Example:
    """
    A generated sentence beside its parents, as in the paper's Figure 5.

    # Parameters

    group : `str`
        The method.
    seed, round : `int`
        Where it comes from.
    accepted : `bool`
        The discriminator's verdict.
    score : `float`, optional
        Its perplexity, or what else the discriminator judged by.
    lam : `float`
        λ, the weight of the pair's first sentence.
    parents : `List[List[Tuple[str, str, bool]]]`
        Words of both parents, their tags, and whether they stand in the mixed window. The child keeps the first
        parent's words outside the window.
    child : `List[Tuple[str, List[Tuple[str, float]], bool]]`
        Its words, their soft labels, most probable first, and whether they stand in the window.
    """

    group: str
    seed: int
    round: int
    accepted: bool
    score: Optional[float]
    lam: float
    parents: List[List[Tuple[str, str, bool]]]
    child: List[Tuple[str, List[Tuple[str, float]], bool]]


def funnel(groups: Sequence[Group]) -> List[Dict[str, Any]]:
    """
    The sentences of each round at each of `FUNNEL`, the mean over the seeds: `wanted`, `judged` by the discriminator,
    `tried` up to the last that was wanted, `accepted`. Methods that generate nothing have no rows.
    """
    rows = []
    for group in groups:
        for k in range(group.num_budgets):
            records = [run.rounds[k]["augmentation"] for run in group.runs]
            for stage in FUNNEL:
                counts = [record[stage] for record in records if isinstance(record.get(stage), int)]
                if len(counts) == len(records):
                    rows.append({"group": group.name, "round": k, "stage": stage, "sentences": float(np.mean(counts))})
    return rows


def short_of_children(group: Group) -> List[bool]:
    """For each round, whether the method accepted fewer than half of the sentences that it wanted, over all seeds."""
    counts = [wanted_and_accepted(group, k) for k in range(group.num_budgets)]
    return [2 * accepted < wanted for wanted, accepted in counts]


def wanted_and_accepted(group: Group, k: int) -> Tuple[int, int]:
    """The sentences that a method wanted and accepted in a round, the sums over its seeds."""
    records = [run.rounds[k]["augmentation"] for run in group.runs]
    wanted, accepted = (sum(record.get(name, 0) for record in records) for name in ("wanted", "accepted"))
    return wanted, accepted


class Generated:
    """
    What the runs of one method generated, read from `synthetic.jsonl`.

    # Parameters

    group : `Group`
        The method.

    # Raises

    `ConfigurationError`
        When a file does not hold what a run writes.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self._children = [(run, _children(run)) for run in group.runs if (run.path / SYNTHETIC).is_file()]
        shown = (item for item in self._children if (item[0].path / ANNOTATED).is_file())
        self._shown = next(((run, children, _parents(run)) for run, children in shown), None)

    @property
    def scores(self) -> Tuple[List[float], List[float]]:
        """The discriminator's scores of accepted and of refused sentences."""
        children = [child for _, some in self._children for child in some if child.get("score") is not None]
        accepted, refused = ([c["score"] for c in children if c["accepted"] is verdict] for verdict in (True, False))
        return accepted, refused

    @property
    def score_name(self) -> str:
        """What the discriminator judged by."""
        blocks = [block for run, _ in self._children for block in _discriminators(run) if block]
        if any(block.get("scope") == "window" for block in blocks):
            return "perplexity of the window"
        names = {name for block in blocks for name in block}
        return "perplexity" if not blocks or names & {"accepted_range", "accepted_ranges"} else "score"

    @property
    def accepted_range(self) -> Optional[Tuple[float, Optional[float]]]:
        """
        The ends of the accepted range of scores, the median over rounds, seeds and language models; `None` when there
        is none.
        """
        known = [block for run, _ in self._children for block in _discriminators(run)]
        blocks = [block for block in known if block.get("accepted_range_of", "perplexity") == "perplexity"]
        ranges = [pair for block in blocks for pair in accepted_ranges(block)]
        ends = [pair for pair in ranges if isinstance(pair, list) and len(pair) == 2 and pair[0] is not None]
        if not ends:
            return None
        high = float(np.median([math.inf if pair[1] is None else pair[1] for pair in ends]))
        return float(np.median([pair[0] for pair in ends])), None if math.isinf(high) else high

    def histogram(self, num_bins: int = NUM_BINS) -> List[Dict[str, Any]]:
        """How many sentences score between `low` and `high`, by verdict, in bins of equal ratio; 0 in the first."""
        positive = [score for scores in self.scores for score in scores if score > 0]
        if not positive:
            return []
        accepted, refused = (np.maximum(scores, min(positive)) for scores in self.scores)
        both = np.array(positive)
        edges = np.geomspace(both.min() * 0.999, both.max() * 1.001, num_bins + 1)
        return [
            {"group": self.group.name, "low": low, "high": high, "verdict": verdict, "sentences": int(count)}
            for verdict, scores in (("accepted", accepted), ("refused", refused))
            for low, high, count in zip(edges, edges[1:], np.histogram(scores, edges)[0], strict=False)
            if count
        ]

    def examples(self, a_round: int = 4) -> List[Example]:
        """Mixed sentences of the first seed that wrote down their parents, `a_round` of each verdict in each round."""
        return [] if self._shown is None else list(_examples(self.group.name, *self._shown, a_round))


def _discriminators(run: Run) -> List[Dict[str, Any]]:
    """What the discriminator said about each round."""
    blocks = (row["augmentation"].get("discriminator") for row in run.rounds)
    return [block for block in blocks if isinstance(block, dict)]


def _children(run: Run) -> List[Dict[str, Any]]:
    path = run.path / SYNTHETIC
    children = read_objects(path)
    for number, child in enumerate(children, start=1):
        if not _is_child(child):
            raise ConfigurationError(f"{path}, line {number}: not a generated sentence")
    return children


def _is_child(row: Dict[str, Any]) -> bool:
    tokens, shares, parents = (row.get(name) for name in ("tokens", "tag_distributions", "parents"))
    if not isinstance(tokens, list) or not isinstance(shares, list) or not isinstance(parents, list):
        return False
    numbers = [row[name] for name in ("score", "lambda") if row.get(name) is not None]
    for parent in parents:
        if not isinstance(parent, dict) or not isinstance(parent.get("sentence_id"), str):
            return False
        numbers += [parent.get("start"), parent.get("end")]
    for share in shares:
        if not isinstance(share, dict):
            return False
        numbers += share.values()
    kinds = isinstance(row.get("accepted"), bool) and isinstance(row.get("round"), int)
    return kinds and len(tokens) == len(shares) and all(map(is_number, numbers))


def _parents(run: Run) -> Dict[str, Dict[str, Any]]:
    return {row["id"]: row for row in read_objects(run.path / ANNOTATED) if _is_sentence(row)}


def _is_sentence(row: Dict[str, Any]) -> bool:
    tokens, tags = row.get("tokens"), row.get("tags")
    return "id" in row and isinstance(tokens, list) and isinstance(tags, list) and len(tokens) == len(tags)


def _examples(
    name: str, run: Run, children: List[Dict[str, Any]], sentences: Dict[str, Dict[str, Any]], a_round: int
) -> Iterator[Example]:
    taken: Dict[Tuple[int, bool], int] = {}
    for child in children:
        windows = child["parents"]
        key = child["round"], child["accepted"]
        known = len(windows) == 2 and all(window["sentence_id"] in sentences for window in windows)
        if not known or child.get("lambda") is None or taken.get(key, 0) == a_round:
            continue
        taken[key] = taken.get(key, 0) + 1
        parents = [
            [
                (str(word), str(tag), window["start"] <= position < window["end"])
                for position, (word, tag) in enumerate(zip(row["tokens"], row["tags"], strict=True))
            ]
            for window, row in ((window, sentences[window["sentence_id"]]) for window in windows)
        ]
        yield Example(
            name,
            run.seed,
            child["round"],
            child["accepted"],
            child.get("score"),
            child["lambda"],
            parents,
            [
                (
                    str(word),
                    sorted(row.items(), key=lambda item: -item[1]),
                    windows[0]["start"] <= i < windows[0]["end"],
                )
                for i, (word, row) in enumerate(zip(child["tokens"], child["tag_distributions"], strict=True))
            ],
        )
