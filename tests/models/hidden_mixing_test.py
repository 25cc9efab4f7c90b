"""Word vectors and labels of a batch mixed in training."""

from typing import Any, List

import pytest
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data import Instance

from seqmix_plugin.data import ConllColumnsReader
from seqmix_plugin.functional import mix_with_partners, partners_in_batch, partners_in_sentence
from seqmix_plugin.models import HiddenMixing, SequenceTagger
from tests.conftest import FIXTURES
from tests.models.sequence_tagger_test import batch_of, make_tagger

MASK = torch.tensor([[True, True, True], [True, True, False]])


def test_partners_are_the_same_position_of_another_sentence() -> None:
    """The third word has none, as the second sentence is shorter; the words are numbered row by row."""
    assert partners_in_batch(MASK, torch.tensor([1, 0])).tolist() == [[3, 4, 2], [0, 1, 5]]
    assert partners_in_batch(MASK, torch.tensor([0, 1])).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_partners_are_words_of_the_same_sentence() -> None:
    """By keys: the first sentence in the order 2, 0, 1, the second 1, 0, whose padding has the smallest key."""
    keys = torch.tensor([[0.5, 0.9, 0.1], [0.8, 0.3, 0.0]])
    assert partners_in_sentence(MASK, keys).tolist() == [[2, 0, 1], [4, 3, 5]]


def test_words_by_hand() -> None:
    """0.75 · (1, 0) + 0.25 · (0, 4) = (0.75, 1)."""
    values = torch.tensor([[[1.0, 0.0]], [[0.0, 4.0]]])
    mixed = mix_with_partners(values, torch.tensor([[1], [0]]), 0.75)
    assert mixed.tolist() == [[[0.75, 1.0]], [[0.25, 3.0]]]


@pytest.mark.parametrize("within", ["batch", "sentence"])
def test_labels_go_with_vectors_and_padding_stays_out(within: str) -> None:
    """Labels that are a part of the vectors are mixed like them, with at least one half of the word itself."""
    torch.manual_seed(0)
    mask = torch.arange(7) < torch.randint(1, 8, (16, 1))
    labels = torch.eye(5)[torch.randint(5, mask.shape)] * mask.unsqueeze(-1)
    vectors = torch.cat((labels, mask.unsqueeze(-1)), dim=-1)
    changed = False
    for _ in range(5):
        mixed, targets = HiddenMixing(within=within)(vectors, labels, mask)
        torch.testing.assert_close(mixed[..., :5], targets)
        torch.testing.assert_close(targets.sum(-1), mask.float())
        torch.testing.assert_close(mixed[..., 5], mask.float())  # no real word is mixed with padding
        assert ((targets * labels).sum(-1) >= 0.5 - 1e-6)[mask].all()
        changed |= bool((targets - labels).abs().max() > 0.1)
    assert changed


def test_a_share_of_batches_is_mixed() -> None:
    torch.manual_seed(0)
    vectors, mask = torch.randn(8, 3, 2), torch.ones(8, 3, dtype=torch.bool)
    mixing = HiddenMixing(share=0.25)
    mixed = sum(mixing(vectors, vectors, mask)[0] is not vectors for _ in range(400))
    assert 70 <= mixed <= 130  # 100 are expected, with a standard deviation of 8.7
    assert all(HiddenMixing(share=0)(vectors, vectors, mask)[0] is vectors for _ in range(20))


@pytest.fixture
def instances(reader: ConllColumnsReader) -> List[Instance]:
    return list(reader.read(str(FIXTURES / "bio.conll")))


def tagger_with(encoder: str, **settings: Any) -> SequenceTagger:
    return make_tagger(encoder, dropout=0, **settings)


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_the_loss_in_training_is_mixed_and_follows_from_the_seed(
    head: str, tiny_encoder: str, instances: List[Instance]
) -> None:
    settings = {"head": {"type": head}}
    plain, mixing = (tagger_with(tiny_encoder, **settings, **more) for more in ({}, {"hidden_mixing": {"alpha": 2.0}}))
    losses = []
    for model in (plain, mixing, mixing):
        model.eval()
        model.training = True  # but not its parts, whose dropout would differ
        torch.manual_seed(3)
        losses.append(model(**batch_of(model, instances))["loss"].item())
    assert losses[1] == losses[2] != pytest.approx(losses[0], abs=1e-4)


def test_nothing_is_mixed_outside_training_or_without_labels(tiny_encoder: str, instances: List[Instance]) -> None:
    plain, mixing = (tagger_with(tiny_encoder, **more) for more in ({}, {"hidden_mixing": {"alpha": 2.0}}))
    for training, with_labels in ((False, True), (True, False)):
        outputs = []
        for model in (plain, mixing):
            model.eval()
            model.training = training
            batch = batch_of(model, instances)
            outputs.append(model(**batch if with_labels else {**batch, "tag_distributions": None}))
        assert torch.equal(outputs[0]["tag_probabilities"], outputs[1]["tag_probabilities"])


def test_values_out_of_range_are_errors() -> None:
    with pytest.raises(ConfigurationError, match="model.hidden_mixing.alpha is 0; expected a number above 0"):
        HiddenMixing(alpha=0)
    with pytest.raises(ConfigurationError, match="model.hidden_mixing.within is 'word'; expected one of batch"):
        HiddenMixing(within="word")
    with pytest.raises(ConfigurationError, match="model.hidden_mixing.share is 2; expected a number from 0 to 1"):
        HiddenMixing(share=2)
