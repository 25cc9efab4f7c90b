import random
from typing import Any, List

import numpy as np
import pytest
import torch
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DataLoader, Instance, Vocabulary
from allennlp.data.fields import MetadataField
from allennlp.training.learning_rate_schedulers import SlantedTriangular
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqmix_plugin.data import ConllColumnsReader, EncodedSentences, InMemoryLoader
from seqmix_plugin.sentence import TaggedSentence
from tests.conftest import FIXTURES
from tests.two_processes import on_two_processes

LENGTHS = [3, 1, 7, 2, 9, 4, 4, 1, 6, 8, 2, 5, 3, 7, 1, 9, 2, 6, 4, 8, 5, 3, 1]


@pytest.fixture
def vocab() -> Vocabulary:
    vocabulary = Vocabulary()
    vocabulary.add_tokens_to_namespace(["B-LOC", "B-PER", "I-PER", "O"], "labels")
    return vocabulary


@pytest.fixture
def instances(reader: ConllColumnsReader, vocab: Vocabulary) -> List[Instance]:
    """Sentence n has `LENGTHS[n]` words of one piece."""
    made = [
        reader.text_to_instance(["Anna"] * length, ["O"] * length, sentence_id=str(number))
        for number, length in enumerate(LENGTHS)
    ]
    for instance in made:
        instance.index_fields(vocab)
    return made


def of_a_file(reader: ConllColumnsReader, vocab: Vocabulary, folder: Any, **keys: int) -> InMemoryLoader:
    """The loader, in batches of 3, of a file whose sentence n has `LENGTHS[n]` words."""
    path = folder / "corpus.conll"
    path.write_text("\n\n".join("\n".join(["Anna O"] * length) for length in LENGTHS), encoding="utf-8")
    params = Params({"type": "in_memory", "batch_size": 3, **keys})
    loader = DataLoader.from_params(params, reader=reader, data_path=str(path))
    assert isinstance(loader, InMemoryLoader)
    loader.index_with(vocab)
    return loader


def batches(loader: InMemoryLoader) -> List[List[int]]:
    return [[int(sentence["id"]) for sentence in batch["metadata"]] for batch in loader]  # type: ignore


def flat(order: List[List[int]]) -> List[int]:
    return [number for batch in order for number in batch]


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    ("batch_size", "batches_per_bucket"), [(1, 1), (4, 1), (4, 2), (5, 3), (23, 1), (32, 4), (3, 100)]
)
@pytest.mark.parametrize("count", [0, 1, 22, 23])
def test_every_instance_comes_once_an_epoch_in_len_batches(
    instances: List[Instance], shuffle: bool, batch_size: int, batches_per_bucket: int, count: int
) -> None:
    loader = InMemoryLoader(
        batch_size, batch_size, batches_per_bucket, instances=instances[:count], shuffle=shuffle, seed=1
    )
    for _ in range(2):
        order = batches(loader)
        assert sorted(flat(order)) == list(range(count))
        assert len(order) == len(loader)
        assert all(1 <= len(batch) <= batch_size for batch in order)


def test_positions_name_the_instances(instances: List[Instance]) -> None:
    for shuffle in (False, True):
        loader = InMemoryLoader(4, 5, instances=instances, shuffle=shuffle)
        for positions, batch in loader.positioned_batches():
            assert [sentence["id"] for sentence in batch["metadata"]] == [str(n) for n in positions]  # type: ignore
            assert batch["tag_distributions"].shape[0] == len(positions)  # type: ignore[union-attr]


def test_order_follows_from_seed_and_epoch_alone(instances: List[Instance]) -> None:
    first = InMemoryLoader(4, instances=instances, shuffle=True, seed=5)
    epochs = [batches(first) for _ in range(3)]
    torch.manual_seed(9), np.random.seed(9), random.seed(9)
    again = InMemoryLoader(4, instances=instances, shuffle=True, seed=5)
    states = random.getstate(), torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[union-attr]
    assert [batches(again) for _ in range(3)] == epochs
    assert random.getstate() == states[0]
    assert torch.equal(torch.get_rng_state(), states[1])
    assert np.array_equal(np.random.get_state()[1], states[2])  # type: ignore[arg-type]
    assert epochs[0] != epochs[1] != epochs[2]
    assert batches(InMemoryLoader(4, instances=instances, shuffle=True, seed=6)) != epochs[0]


def test_asking_for_the_length_does_not_move_the_epoch(instances: List[Instance]) -> None:
    first, second = (InMemoryLoader(4, instances=instances, shuffle=True, seed=5) for _ in range(2))
    len(second), list(second.iter_instances())
    assert batches(first) == batches(second)


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_callers_list_is_not_reordered(instances: List[Instance], shuffle: bool) -> None:
    before = list(instances)
    loader = InMemoryLoader(4, instances=instances, shuffle=shuffle)
    list(loader)
    assert len(before) == len(instances)
    assert all(one is other for one, other in zip(before, instances, strict=True))
    assert all(one is other for one, other in zip(before, loader.iter_instances(), strict=True))


def test_given_instances_are_evaluated_longest_first(instances: List[Instance]) -> None:
    loader = InMemoryLoader(2, 4, instances=instances)
    expected = sorted(range(len(LENGTHS)), key=lambda number: -LENGTHS[number])
    assert flat(batches(loader)) == expected, "equal lengths in the given order"
    assert [len(batch) for batch in batches(loader)] == [4] * 5 + [3]


def test_length_is_counted_in_word_pieces(reader: ConllColumnsReader, vocab: Vocabulary) -> None:
    three_words, one_word = reader.text_to_instance(["Anna"] * 3), reader.text_to_instance(["zzzzzz"])
    loader = InMemoryLoader(instances=[three_words, one_word])
    loader.index_with(vocab)
    ((positions, batch),) = loader.positioned_batches()
    assert positions.tolist() == [1, 0]
    assert batch["tokens"]["tokens"]["token_ids"].shape == (2, 8)  # type: ignore


def test_buckets_are_sorted_by_length(instances: List[Instance]) -> None:
    """One bucket of all instances: no length of a batch lies inside another's, except at its borders."""
    loader = InMemoryLoader(4, batches_per_bucket=6, instances=instances, shuffle=True)
    order = sorted(sorted(LENGTHS[number] for number in batch) for batch in batches(loader))
    assert [length for batch in order for length in batch] == sorted(LENGTHS)
    alone = InMemoryLoader(4, batches_per_bucket=1, instances=instances, shuffle=True)
    spread = [max(LENGTHS[n] for n in batch) - min(LENGTHS[n] for n in batch) for batch in batches(alone)]
    assert max(spread) > 3


def test_a_batch_is_padded_to_its_own_longest(instances: List[Instance]) -> None:
    for batch in InMemoryLoader(4, batches_per_bucket=6, instances=instances, shuffle=True):
        longest = max(len(sentence["words"]) for sentence in batch["metadata"])  # type: ignore
        assert batch["tag_distributions"].shape[1:] == (longest, 4)  # type: ignore[union-attr]


def test_from_a_reader_the_order_is_the_files(reader: ConllColumnsReader, vocab: Vocabulary, tmp_path: Any) -> None:
    loader = of_a_file(reader, vocab, tmp_path, evaluation_batch_size=5)
    assert flat(batches(loader)) == list(range(len(LENGTHS)))
    assert len(loader) == 5
    assert [len(batch) for batch in batches(loader)] == [5, 5, 5, 5, 3]


@given(
    size=st.integers(1, 23), batch_size=st.integers(1, 9), per_bucket=st.integers(1, 5), per_epoch=st.integers(1, 12)
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_epoch_of_a_number_of_batches(
    instances: List[Instance], size: int, batch_size: int, per_bucket: int, per_epoch: int
) -> None:
    loader = InMemoryLoader(
        batch_size,
        batches_per_bucket=per_bucket,
        batches_per_epoch=per_epoch,
        instances=instances[:size],
        shuffle=True,
        seed=3,
    )
    assert len(loader) == per_epoch
    times = np.zeros(size, int)
    for _ in range(3):
        epoch = list(loader._batches())
        assert [len(batch) for batch in epoch] == [batch_size] * per_epoch
        times += np.bincount(np.concatenate(epoch), minlength=size)
        assert times.max() - times.min() <= 1


def test_a_number_of_batches_follows_from_the_seed(instances: List[Instance]) -> None:
    """9 of 23 sentences an epoch: the third epoch has the end of one pass and the beginning of the next."""
    first, again, other = (
        InMemoryLoader(3, batches_per_epoch=3, instances=instances, shuffle=True, seed=seed) for seed in (5, 5, 6)
    )
    epochs = [batches(first) for _ in range(5)]
    assert epochs == [batches(again) for _ in range(5)]
    assert epochs != [batches(other) for _ in range(5)]
    passed = [number for epoch in epochs for number in flat(epoch)]
    assert len(set(passed[:18])) == 18
    assert set(passed[:27]) == set(range(23))


def test_a_number_of_batches_is_for_training_alone(
    reader: ConllColumnsReader, vocab: Vocabulary, tmp_path: Any
) -> None:
    loader = of_a_file(reader, vocab, tmp_path, batches_per_epoch=2)
    assert flat(batches(loader)) == list(range(len(LENGTHS)))
    assert len(loader) == 8


def test_each_pass_has_the_next_of_those_that_take_turns(instances: List[Instance]) -> None:
    """Instance 0 alone, then 1 to 3 and 4 to 5 in turn."""
    made = InMemoryLoader(batch_size=2, instances=instances[:6], shuffle=True, seed=5, turns=[1, 3, 2])
    assert len(made) == 2
    passes = [sorted(flat(batches(made))) for _ in range(5)]
    assert passes == [[0, 1, 4], [0, 2, 5], [0, 3, 4], [0, 1, 5], [0, 2, 4]]


def test_passes_inside_a_number_of_batches_take_turns(instances: List[Instance]) -> None:
    """Epochs of 4 of 3 places: the passes 0 and the third of 1, the rest of it and two thirds of 2, and so on."""
    settings = {"batch_size": 2, "batches_per_epoch": 2, "shuffle": True, "seed": 5}
    made = InMemoryLoader(instances=instances[:6], turns=[1, 3, 2], **settings)  # type: ignore[arg-type]
    drawn = [number for _ in range(9) for number in flat(batches(made))]  # 36: twelve passes
    assert [drawn.count(number) for number in range(6)] == [12, 4, 4, 4, 6, 6]
    assert {0, 1, 4} <= set(drawn[:4]) <= {0, 1, 4, 2, 5}


def test_where_none_takes_turns_the_order_is_the_usual(instances: List[Instance]) -> None:
    for more in ({}, {"batches_per_epoch": 3}):
        usual, ones = (
            InMemoryLoader(batch_size=4, instances=instances, shuffle=True, seed=9, turns=turns, **more)
            for turns in (None, [1] * len(instances))
        )
        assert [batches(usual) for _ in range(3)] == [batches(ones) for _ in range(3)]


def test_the_schedule_ends_with_the_last_of_a_number_of_batches(instances: List[Instance]) -> None:
    """
    AllenNLP's `slanted_triangular` counts the steps of the first epoch again. 3 epochs of 5 batches, of which 3 steps
    warm up: from 1/3 of the rate over the whole of it to 0 after the 15th step.
    """
    loader = InMemoryLoader(2, batches_per_epoch=5, instances=instances, shuffle=True)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=12.0)
    schedule = SlantedTriangular(optimizer, num_epochs=3, num_steps_per_epoch=len(loader), cut_frac=0.2, ratio=10**9)
    rates, step = [], 0
    for _ in range(3):
        for _ in loader:
            rates.append(optimizer.param_groups[0]["lr"])
            step += 1
            schedule.step_batch(step)
        schedule.step(None)
    assert rates == pytest.approx([0, 4, 8, *range(12, 0, -1)], abs=1e-6)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0, abs=1e-6)


def test_gold_and_soft_sentences_share_a_batch(reader: ConllColumnsReader, vocab: Vocabulary) -> None:
    gold = TaggedSentence("gold", ("Anna", "sings"), ("B-PER", "O"))
    soft = TaggedSentence("soft", ("Anna",), tag_distributions=({"B-PER": 0.25, "B-LOC": 0.75},))
    loader = InMemoryLoader(2, instances=[reader.sentence_to_instance(each) for each in (gold, soft)], shuffle=True)
    loader.index_with(vocab)
    ((positions, batch),) = loader.positioned_batches()
    rows = dict(zip(positions.tolist(), batch["tag_distributions"].tolist(), strict=True))  # type: ignore[union-attr]
    assert rows == {
        0: [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        1: [[0.75, 0.25, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]],
    }


def test_batches_go_to_the_target_device(instances: List[Instance]) -> None:
    loader = InMemoryLoader(instances=instances)
    loader.set_target_device(torch.device("meta"))
    batch = next(iter(loader))
    assert batch["tag_distributions"].device.type == "meta"  # type: ignore[union-attr]
    assert batch["tokens"]["tokens"]["token_ids"].device.type == "meta"  # type: ignore


def test_instances_without_lengths_can_be_batched() -> None:
    loader = InMemoryLoader(instances=[Instance({"metadata": MetadataField({"id": str(n)})}) for n in range(3)])
    assert batches(loader) == [[0, 1, 2]]


@pytest.mark.parametrize("name", ["batch_size", "evaluation_batch_size", "batches_per_bucket", "batches_per_epoch"])
@pytest.mark.parametrize("value", [0, -1])
def test_sizes_below_one_are_errors(name: str, value: int) -> None:
    with pytest.raises(ConfigurationError, match=f"data_loader.{name} is {value}; expected 1 or more"):
        InMemoryLoader(**{name: value}, instances=[])  # type: ignore[arg-type]


def test_nothing_to_load_is_an_error(reader: ConllColumnsReader) -> None:
    with pytest.raises(ConfigurationError, match="needs instances, or a reader and a data path"):
        InMemoryLoader()
    with pytest.raises(ConfigurationError, match="needs instances, or a reader and a data path"):
        InMemoryLoader(reader=reader)
    with pytest.raises(ConfigurationError, match="needs instances, or a reader and a data path"):
        InMemoryLoader(data_path=str(FIXTURES / "bio.conll"))


def check_shares(rank: int, world_size: int, device: int, instances: List[Instance]) -> None:
    """23 sentences in batches of 2: the last one is alone, so that the second process has no share of its batch."""

    def pairs(shuffle: bool) -> List[Any]:
        """Each process's batches beside those that one process would see."""
        mine, whole = (InMemoryLoader(2, 2, instances=instances, shuffle=shuffle, seed=3) for _ in range(2))
        whole._share = lambda batch: batch  # type: ignore[method-assign]
        assert len(mine) == len(whole) == 12
        return list(zip(mine.positioned_batches(), whole.positioned_batches(), strict=True))

    for shuffle in (True, False):
        nothing = 0
        for (positions, batch), (everyones, _) in pairs(shuffle):
            assert positions.tolist() == everyones[rank::world_size].tolist()
            assert int(batch["tokens"]["tokens"]["mask"].sum()) == sum(LENGTHS[position] for position in positions)
            # A process without a share takes part with a sentence that does not count, in no score either.
            assert len(batch["metadata"]) == 1
            assert (batch["metadata"][0]["tags"] is None) == (len(positions) == 0)
            nothing += len(positions) == 0
        assert nothing == rank


def check_shares_of_a_stream(rank: int, world_size: int, device: int, instances: List[Instance]) -> None:
    mine, whole = (
        InMemoryLoader(5, 2, batches_per_epoch=3, instances=instances[:7], shuffle=True, seed=3) for _ in range(2)
    )
    whole._share = lambda batch: batch  # type: ignore[method-assign]
    assert len(mine) == 3
    for _ in range(2):
        pairs = list(zip(mine.positioned_batches(), whole.positioned_batches(), strict=True))
        assert [positions.tolist() for (positions, _), _ in pairs] == [
            everyones[rank::world_size].tolist() for _, (everyones, _) in pairs
        ]


def test_processes_share_a_number_of_batches(instances: List[Instance]) -> None:
    on_two_processes(check_shares_of_a_stream, instances)


def test_processes_share_each_batch_of_instances(instances: List[Instance]) -> None:
    on_two_processes(check_shares, instances)


def check_whole_batches(rank: int, world_size: int, device: int, encoded: EncodedSentences) -> None:
    loader = InMemoryLoader(4, 4, encoded=encoded)
    by_length = sorted(range(len(LENGTHS)), key=lambda position: -LENGTHS[position])
    batches_of_all = [by_length[start : start + 4] for start in range(0, len(by_length), 4)]
    assert [positions.tolist() for positions, _ in loader.positioned_batches()] == batches_of_all[rank::world_size]
    assert len(loader) == 3


def test_processes_have_whole_batches_of_encoded_sentences(reader: ConllColumnsReader) -> None:
    sentences = [TaggedSentence(str(number), ("Anna",) * length) for number, length in enumerate(LENGTHS)]
    on_two_processes(check_whole_batches, reader.encode(sentences))
