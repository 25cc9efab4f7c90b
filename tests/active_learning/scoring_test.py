"""How the pool is scored: in which precision, and how much of it."""

import os
from typing import List

import numpy as np
import pytest
import torch
from allennlp.common import Lazy
from allennlp.data import DataLoader

from seqmix_plugin.active_learning.corpora import Corpora
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.data import ConllColumnsReader, InMemoryLoader, SentenceReader, SentenceView
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.query_policies import KmeansPolicy, NormalizedTokenEntropyPolicy
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from tests.active_learning.conftest import Run, lines
from tests.faults.drill import differences

NONE = {"trainer.augmenter": {"type": "none"}}


def experiment(reader: SentenceReader, corpus: List[TaggedSentence], model: SequenceTagger) -> Experiment:
    loader: Lazy[DataLoader] = Lazy(InMemoryLoader)
    return Experiment(reader, reader, Corpora(corpus, model.vocab, {}), Lazy(SequenceTagger), loader)


def test_encoded_sentences_score_as_instances_do(
    reader: ConllColumnsReader, corpus: List[TaggedSentence], tagger: SequenceTagger
) -> None:
    class WithInstances(ConllColumnsReader):
        def text_to_instance(self, *arguments, **named):  # type: ignore[no-untyped-def]
            return super().text_to_instance(*arguments, **named)

    assert reader.word_pieces is not None
    policy, device = NormalizedTokenEntropyPolicy(), torch.device("cpu")
    hidden = SentenceView(corpus, np.arange(len(corpus)), hide_labels=True)
    scores = []
    for some in (reader, WithInstances({"tokens": reader.word_pieces})):
        parts = experiment(some, corpus, tagger)
        scores.append(policy.score_pool(hidden, lambda pool, parts=parts: parts.predict([tagger], pool, device)))
    assert scores[0][0].tolist() == scores[1][0].tolist()


def test_labelled_sentences_are_predicted_without_their_labels(
    reader: ConllColumnsReader,
    corpus: List[TaggedSentence],
    tagger: SequenceTagger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their labels would be counted by the model's metric, which an inner trainer reads in the round after."""
    outputs: List[dict] = []
    forward = SequenceTagger.forward
    monkeypatch.setattr(
        SequenceTagger, "forward", lambda self, **batch: (outputs.append(forward(self, **batch)), outputs[-1])[1]
    )
    parts, policy = experiment(reader, corpus, tagger), KmeansPolicy()
    labelled = corpus[:20]

    def vectors(some: SentenceSource) -> np.ndarray:
        return policy.vectors_of(
            some, lambda some: parts.predict([tagger], some, torch.device("cpu"), with_vectors=True)
        )

    assert vectors(labelled) == pytest.approx(vectors(SentenceView(corpus, np.arange(20), hide_labels=True)), abs=1e-6)
    assert not any("loss" in output for output in outputs)
    assert tagger.eval().get_metrics()["f1"] == 0


def test_what_is_left_of_a_pool_is_not_encoded_again(
    reader: ConllColumnsReader,
    corpus: List[TaggedSentence],
    tagger: SequenceTagger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded: List[int] = []
    original = SentenceReader.encode
    monkeypatch.setattr(
        SentenceReader, "encode", lambda self, pool: (encoded.append(len(list(pool))), original(self, pool))[1]
    )
    parts, policy = experiment(reader, corpus, tagger), NormalizedTokenEntropyPolicy()
    pool = SentenceView(corpus, np.arange(3, 300), hide_labels=True)

    def scores(view: SentenceView) -> List[float]:
        found = policy.score_pool(view, lambda some: parts.predict([tagger], some, torch.device("cpu")))
        assert found is not None
        return found[0].tolist()

    first, rest = scores(pool), scores(SentenceView(pool, np.arange(5, 290, 2)))
    assert encoded == [297]
    assert rest == pytest.approx(first[5:290:2], abs=1e-6)
    scores(SentenceView(corpus, np.arange(20)))  # not all of these were in the pool
    assert encoded == [297, 20]


def test_bfloat16_scores_the_pool_but_neither_dev_nor_test(run: Run) -> None:
    exact, rounded = run("float32", **NONE), run("bfloat16", **NONE, **{"trainer.scoring": {"dtype": "bfloat16"}})
    one, other = (lines(folder / "rounds.jsonl") for folder in (exact, rounded))
    assert one[0]["scores"] == other[0]["scores"]
    assert one[1]["query_scores"] != other[1]["query_scores"]
    assert one[1]["query_scores"] == pytest.approx(other[1]["query_scores"], abs=0.03)


def test_candidates_are_a_sample_of_the_pool(run: Run) -> None:
    everything = {"trainer.pool.size": 40, "trainer.num_rounds": 1, **NONE}
    whole, all_of_them, few, as_few_as_are_queried = (
        lines(run(str(most), **everything, **{"trainer.scoring": {"max_candidates": most}}) / "rounds.jsonl")[1]
        for most in (None, 28, 10, 6)
    )
    assert whole["queried"] == all_of_them["queried"]
    assert few["queried"] != whole["queried"]
    assert max(few["query_scores"]) <= max(whole["query_scores"])
    assert len(set(as_few_as_are_queried["queried"])) == 6


def test_the_record_has_the_lengths_of_what_was_queried_and_of_what_was_left(run: Run) -> None:
    """By the end all 40 sentences are labelled, so that each round's candidates are known."""
    folder = run("run", **NONE, **{"trainer.query_size": 14})
    lengths = {row["id"]: len(row["tokens"]) for row in lines(folder / "annotated.jsonl")}
    assert len(lengths) == 40
    for record in lines(folder / "rounds.jsonl"):
        queried = [lengths[name] for name in record["queried"]]
        left = [lengths.pop(name) for name in record["queried"]] + list(lengths.values())
        found = {"queried": np.mean(queried), "candidates": np.mean(left)}
        assert record["mean_words"] == pytest.approx(found, abs=0.005)
    assert not lengths


def test_sentences_that_a_budget_in_tokens_cannot_take_are_no_candidates(run: Run) -> None:
    tokens = {"trainer.query_size": None, "trainer.query_tokens": 12, "trainer.query_policy": "random"}
    before, after = lines(run("run", **NONE, **tokens, **{"trainer.num_rounds": 1}) / "rounds.jsonl")
    assert after["mean_words"]["candidates"] <= 12 < before["mean_words"]["candidates"]
    assert after["mean_words"]["queried"] * len(after["queried"]) <= 12


@pytest.mark.parametrize("allowed", [True, False])
def test_tf32_is_what_the_configuration_says(run: Run, allowed: bool) -> None:
    before = torch.backends.cuda.matmul.allow_tf32
    try:
        run("run", **NONE, **{"allow_tf32": allowed, "trainer.num_rounds": 0})
        assert torch.backends.cuda.matmul.allow_tf32 == torch.backends.cudnn.allow_tf32 == allowed
    finally:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = before


def test_deterministic_operations_are_what_the_configuration_says(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    head = {"model.head": {"type": "crf"}, "trainer.num_rounds": 1}
    try:
        exact = run("exact", deterministic=True, **head)
        assert torch.are_deterministic_algorithms_enabled()
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    finally:
        usual = run("usual", **head)
    assert not torch.are_deterministic_algorithms_enabled()
    assert differences(exact, usual) == []
