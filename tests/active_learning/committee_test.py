"""Committees: who is in them, what they are trained on, what a query sees of them."""

from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from allennlp.commands.train import TrainModel
from allennlp.common import Params

from seqmix_plugin.functional import normalized_token_entropy
from seqmix_plugin.query_policies import QueryPolicy, ScoredBatch
from seqmix_plugin.run.round_state import RoundState
from tests.active_learning.conftest import Run, lines, small_config

NONE = {"trainer.augmenter": {"type": "none"}, "test_data_path": None}
FIRST_OF_TWO = {"type": "first_of_two"}
COMPARED = ("scores", "queried", "query_scores", "annotated")
QBC = {"trainer.query_policy": {"type": "vote_entropy", "committee_size": 3}}


def build(tiny_encoder: str, folder: Path, **overrides: Any) -> Any:
    config = small_config(tiny_encoder, **overrides)
    for key in ("random_seed", "numpy_seed", "pytorch_seed", "include_in_archive"):
        config.pop(key)
    return TrainModel.from_params(Params(config), serialization_dir=str(folder), local_rank=0).trainer


def heads(trainer: Any) -> List[torch.Tensor]:
    learners = trainer.loop.learners
    return [learner.model.tag_projection.weight.detach().clone() for learner in learners]


def all_differ(tensors: List[torch.Tensor]) -> bool:
    return not any(torch.equal(one, other) for n, one in enumerate(tensors) for other in tensors[:n])


@QueryPolicy.register("first_of_two")
class FirstOfTwo(QueryPolicy):
    """Trains a committee of two and asks the first member alone, by token entropy."""

    committee_size = 2

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return normalized_token_entropy(batch.probabilities[0], batch.mask)


@pytest.mark.parametrize("reuse_model", [True, False])
def test_the_first_member_is_the_single_model_of_the_same_seed(run: Run, reuse_model: bool) -> None:
    """The other member is trained between the first one's rounds and leaves no trace in it."""
    changes = {**NONE, "trainer.reuse_model": reuse_model}
    single, committee = run("single", **changes), run("committee", **changes, **{"trainer.query_policy": FIRST_OF_TWO})
    for one, other in zip(*(lines(folder / "rounds.jsonl") for folder in (single, committee)), strict=True):
        assert {key: one[key] for key in COMPARED} == {key: other[key] for key in COMPARED}
    assert "committee" in other["seconds"]
    assert (committee / "round_1" / "member_1").is_dir()
    assert not list((committee / "round_2").glob("member_*"))  # nothing is queried after the last round


def test_members_differ_and_stay_different(tiny_encoder: str, tmp_path: Path) -> None:
    trainer = build(tiny_encoder, tmp_path / "run", **NONE, **QBC)
    assert len(trainer.loop.learners) == 3
    before = heads(trainer)
    assert all_differ(before)
    trainer.train()
    after = heads(trainer)
    assert all_differ(after)
    assert all_differ(before + after)  # each was trained
    learners = trainer.loop.learners
    assert all_differ([learner.model.encoder.embeddings.word_embeddings.weight for learner in learners])


def test_all_members_start_from_the_same_pretrained_weights(tiny_encoder: str, tmp_path: Path) -> None:
    trainer = build(tiny_encoder, tmp_path / "run", **NONE, **QBC)
    weights = [x.model.encoder.embeddings.word_embeddings.weight for x in trainer.loop.learners]
    assert all(torch.equal(weights[0], other) for other in weights[1:])


@pytest.mark.parametrize(
    "policy",
    [{"type": "vote_entropy"}, {"type": "consensus_kl", "committee_size": 2}, {"type": "bald", "num_samples": 3}],
)
def test_runs_by_disagreement_are_repeatable(run: Run, policy: Dict[str, Any]) -> None:
    changes = {**NONE, "trainer.num_rounds": 1, "trainer.query_policy": policy}
    once, again = (lines(run(name, **changes) / "rounds.jsonl")[1] for name in ("once", "again"))
    assert once["queried"] == again["queried"]
    assert once["query_scores"] == again["query_scores"]
    scores = once["query_scores"]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0


def test_a_query_is_what_the_members_disagree_on(tiny_encoder: str, tmp_path: Path) -> None:
    """The scores of a query, recomputed from each member alone, one sentence at a time."""
    trainer = build(tiny_encoder, tmp_path / "run", **NONE, **QBC)
    models = [learner.model for learner in trainer.loop.learners]
    pool = trainer.loop.pool.unlabelled
    reader = trainer.loop.experiment.reader
    votes = []
    for model in models:
        model.eval()
        outputs = [model.forward_on_instance(reader.text_to_instance(sentence.tokens)) for sentence in pool]
        votes.append([output["tags"] for output in outputs])
    state = trainer.loop.query(RoundState(round=1))
    positions = {sentence.id: position for position, sentence in enumerate(pool)}
    for name, score in zip(state.queried, state.query_scores, strict=True):
        position = positions[name]
        entropy = 0.0
        for tags in zip(*(member[position] for member in votes), strict=True):
            shares = torch.tensor([tags.count(tag) / 3 for tag in set(tags)])
            entropy += float(torch.special.entr(shares).sum())
        assert score == pytest.approx(entropy / len(pool[position]), abs=1e-5)
