from collections import defaultdict
from typing import Dict, List

import pytest
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, Instance, Token, Vocabulary
from allennlp.data.fields import TextField
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.data import TagDistributionField
from seqmix_plugin.sentence import TagDistribution

SOFT: List[TagDistribution] = [{"B-PER": 0.25, "O": 0.75}, {"O": 1.0}]
# Columns: B-PER, I-PER, O.
ROWS = [[0.25, 0.0, 0.75], [0.0, 0.0, 1.0]]


@pytest.fixture
def vocab() -> Vocabulary:
    vocabulary = Vocabulary()
    vocabulary.add_tokens_to_namespace(["B-PER", "I-PER", "O"], "labels")
    return vocabulary


def text(length: int) -> TextField:
    return TextField([Token(f"w{number}") for number in range(length)], {"tokens": SingleIdTokenIndexer()})


def test_rows_follow_the_vocabulary(vocab: Vocabulary) -> None:
    field = TagDistributionField(SOFT, text(2))
    field.index(vocab)
    assert field.get_padding_lengths() == {"num_tokens": 2}
    tensor = field.as_tensor({"num_tokens": 2})
    assert tensor.dtype == torch.float
    assert tensor.tolist() == ROWS


def test_padding_rows_are_zero(vocab: Vocabulary) -> None:
    field = TagDistributionField(SOFT, text(2))
    field.index(vocab)
    assert field.as_tensor({"num_tokens": 4}).tolist() == [*ROWS, [0.0] * 3, [0.0] * 3]
    assert field.as_tensor({"num_tokens": 2}).tolist() == ROWS, "the field itself stays as it was"


def test_gold_and_soft_sentences_share_a_batch(vocab: Vocabulary) -> None:
    gold = TagDistributionField([{"B-PER": 1.0}, {"I-PER": 1.0}, {"O": 1.0}], text(3))
    instances = [Instance({"labels": TagDistributionField(SOFT, text(2))}), Instance({"labels": gold})]
    batch = Batch(instances)
    batch.index_instances(vocab)
    tensor = batch.as_tensor_dict()["labels"]
    assert isinstance(tensor, torch.Tensor)
    assert tensor.tolist() == [[*ROWS, [0.0] * 3], torch.eye(3).tolist()]


def test_every_tag_is_counted_for_the_vocabulary() -> None:
    counter: Dict[str, Dict[str, int]] = defaultdict(lambda: defaultdict(int))
    TagDistributionField(SOFT, text(2)).count_vocab_items(counter)
    TagDistributionField([{"X": 1.0}], text(1), label_namespace="other_labels").count_vocab_items(counter)
    assert counter == {"labels": {"B-PER": 1, "O": 2}, "other_labels": {"X": 1}}


@pytest.mark.parametrize("length", [1, 3])
def test_another_number_than_words_is_an_error(length: int) -> None:
    with pytest.raises(ConfigurationError, match=f"2 tag distributions for {length} words"):
        TagDistributionField(SOFT, text(length))


def test_a_tag_that_the_run_does_not_know_is_an_error(vocab: Vocabulary) -> None:
    field = TagDistributionField([{"B-LOC": 0.5, "O": 0.5}], text(1))
    with pytest.raises(ConfigurationError, match="tag 'B-LOC' is not among the labels of this run: B-PER, I-PER, O"):
        field.index(vocab)


def test_a_tensor_before_indexing_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"index\(vocabulary\) must be called"):
        TagDistributionField(SOFT, text(2)).as_tensor({"num_tokens": 2})


def test_reads_as_it_was_written() -> None:
    assert TagDistributionField(tuple(SOFT), text(2)).human_readable_repr() == SOFT
