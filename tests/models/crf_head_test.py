import json
from math import log, prod
from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from allennlp.common import Lazy
from allennlp.common.checks import ConfigurationError
from allennlp.common.testing import ModelTestCase
from allennlp.data import Instance, Vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import one_hot

from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.functional import TransitionScores
from seqmix_plugin.models import CrfHead, SequenceTagger, SoftmaxHead, TaggingHead
from seqmix_plugin.sentence import TagDistribution
from seqmix_plugin.tag_schemes import tags_to_spans
from tests.active_learning.conftest import small_config
from tests.functional.crf_test import all_paths, partition, words
from tests.models.sequence_tagger_test import LABELS, batch_of, instances, make_tagger

__all__ = ["instances"]

SOFT: List[TagDistribution] = [{"B-PER": 0.25, "O": 0.75}, {"B-LOC": 0.5, "I-PER": 0.5}, {"O": 1.0}]


def make_head(seed: int = 0) -> CrfHead:
    torch.manual_seed(seed)
    return CrfHead(LABELS)


def crf_tagger(encoder: str, **keys: Any) -> SequenceTagger:
    return make_tagger(encoder, head={"type": "crf"}, **keys)


@pytest.fixture
def model(tiny_encoder: str) -> SequenceTagger:
    return crf_tagger(tiny_encoder)


def transitions(head: CrfHead) -> TransitionScores:
    return TransitionScores(head.crf.start_transitions, head.crf.transitions, head.crf.end_transitions)


def is_valid(path: Any) -> bool:
    try:
        tags_to_spans([LABELS[tag] for tag in path])
    except ValueError:
        return False
    return True


def test_is_registered_and_softmax_is_the_default(tiny_encoder: str) -> None:
    assert TaggingHead.by_name("crf") is CrfHead
    assert type(make_tagger(tiny_encoder).head) is SoftmaxHead
    assert type(make_tagger(tiny_encoder, head={}).head) is SoftmaxHead
    assert type(crf_tagger(tiny_encoder).head) is CrfHead


def test_the_head_adds_only_its_transitions(tiny_encoder: str, model: SequenceTagger) -> None:
    """So archives of a softmax tagger from before there were heads still load."""
    plain = make_tagger(tiny_encoder)
    assert not [name for name in plain.state_dict() if name.startswith("head")]
    added = {name: tensor.shape for name, tensor in model.state_dict().items() if name not in plain.state_dict()}
    assert added == {
        "head.crf.transitions": (4, 4),
        "head.crf.start_transitions": (4,),
        "head.crf.end_transitions": (4,),
        "head.crf._constraint_mask": (6, 6),
    }


def test_the_loss_of_gold_labels_is_allennlps() -> None:
    head, logits, mask = make_head(), torch.randn(4, 5, 4), words(5, 1, 3, 4)
    gold = torch.randint(4, (4, 5))  # also invalid sequences: the likelihood is over all
    expected = -head.crf(logits, gold, mask) / 13
    torch.testing.assert_close(head.loss(logits, one_hot(gold, 4).float(), mask), expected)


def test_the_loss_of_soft_labels_is_that_of_enumeration() -> None:
    head, logits, mask = make_head(), torch.randn(2, 4, 4), words(4, 2)
    q = torch.randn(2, 4, 4).softmax(-1)
    q[0, 0] = torch.tensor([0.5, 0.0, 0.5, 0.0])  # I-PER first, which prediction forbids
    total = 0.0
    for row, weights, length in zip(logits, q, (4, 2), strict=True):
        paths = all_paths(row[:length], transitions(head))
        mean = sum(prod(weights[t, tag].item() for t, tag in enumerate(path)) * score for path, score in paths)
        total += partition(paths) - mean
    assert head.loss(logits, q, mask).item() == pytest.approx(total / 6, rel=1e-5)


def test_the_loss_is_linear_in_the_labels_of_one_word() -> None:
    """A mixture of two gold sentences that differ in one word costs the mixture of their losses."""
    head, logits, mask = make_head(), torch.randn(1, 3, 4), words(3)
    one, other = one_hot(torch.tensor([[[3, 1, 3]], [[3, 0, 3]]]), 4).float()
    mixed = head.loss(logits, 0.3 * one + 0.7 * other, mask)
    torch.testing.assert_close(mixed, 0.3 * head.loss(logits, one, mask) + 0.7 * head.loss(logits, other, mask))


def test_predictions_are_those_of_enumeration_over_valid_sequences() -> None:
    head, mask = make_head(), words(4, 1, 2)
    logits = 2 * torch.randn(3, 4, 4)
    prediction = head.predict(logits, mask)
    assert prediction.path_log_probability is not None
    for n, length in enumerate((4, 1, 2)):
        paths = [path for path in all_paths(logits[n, :length], transitions(head)) if is_valid(path[0])]
        assert len(paths) < 4**length
        log_z = partition(paths)
        best, score = max(paths, key=lambda path: path[1])
        assert prediction.tag_ids[n].tolist() == [*best, *[0] * (4 - length)]
        assert prediction.path_log_probability[n].item() == pytest.approx(score - log_z, abs=1e-5)
        expected = torch.zeros(length, 4)
        for path, score in paths:
            for t, tag in enumerate(path):
                expected[t, tag] += torch.tensor(score - log_z).exp()
        torch.testing.assert_close(prediction.tag_probabilities[n, :length], expected, atol=1e-5, rtol=0)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**31), lengths=st.lists(st.integers(1, 7), min_size=1, max_size=5), scale=st.floats(0, 1e4))
def test_whatever_the_logits_tags_are_valid_and_allennlps(seed: int, lengths: List[int], scale: float) -> None:
    head, mask = make_head(seed), words(*lengths)
    logits = torch.randn(*mask.shape, 4)
    loud = head.predict(scale * logits, mask)
    assert all(is_valid(row[:length].tolist()) for row, length in zip(loud.tag_ids, lengths, strict=True))
    assert loud.tag_probabilities.isfinite().all()
    assert loud.tag_probabilities[:, 0, LABELS.index("I-PER")].abs().max() == 0
    assert loud.path_log_probability is not None
    assert (loud.path_log_probability <= 0).all()
    ours = head.predict(logits, mask).tag_ids
    theirs = head.crf.viterbi_tags(logits, mask)
    assert [row[:n].tolist() for row, n in zip(ours, lengths, strict=True)] == [path for path, _ in theirs]


def test_the_probability_of_one_word_by_hand() -> None:
    """Odds 2 : 3 : 1 of B-LOC, B-PER and O; I-PER, whatever its odds, may not start."""
    head = make_head()
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
    prediction = head.predict(torch.tensor([[[log(2), log(3), log(50), 0.0]]]), words(1))
    torch.testing.assert_close(prediction.tag_probabilities, torch.tensor([[[2 / 6, 3 / 6, 0.0, 1 / 6]]]))
    assert prediction.path_log_probability is not None
    assert (prediction.tag_ids.tolist(), prediction.path_log_probability.tolist()) == (
        [[1]],
        [pytest.approx(log(1 / 2), abs=1e-6)],
    )


def test_scores_are_added_up_in_float32() -> None:
    head, mask = make_head(), words(30, 12)
    logits, q = torch.randn(2, 30, 4).bfloat16(), torch.randn(2, 30, 4).softmax(-1).bfloat16()
    loss, prediction = head.loss(logits.float(), q.float(), mask), head.predict(logits.float(), mask)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half_loss, half = head.loss(logits, q, mask), head.predict(logits, mask)
    assert torch.equal(loss, half_loss)
    assert torch.equal(prediction.tag_probabilities, half.tag_probabilities)
    assert half_loss.dtype == half.tag_probabilities.dtype == torch.float32


def test_soft_labels_move_every_parameter(model: SequenceTagger, reader: ConllColumnsReader) -> None:
    batch = batch_of(model, [reader.text_to_instance(["Anna", "zzz", "in"], tag_distributions=SOFT)] * 2)
    model.train()
    model(**batch)["loss"].backward()
    named = dict(model.named_parameters())
    assert all(parameter.requires_grad for parameter in named.values())
    still = [name for name, p in named.items() if p.grad is None or not p.grad.abs().sum() > 0]
    assert [name for name in still if not name.endswith("key.bias")] == []


@pytest.mark.parametrize("giant", [False, True])
def test_one_word_and_none_leave_no_transition_without_a_gradient(
    tiny_encoder: str, word_pieces: WordPieceIndexer, giant: bool
) -> None:
    """Distributed training waits for every parameter's gradient."""
    reader = ConllColumnsReader({"tokens": word_pieces}, max_length=6)
    model = crf_tagger(tiny_encoder).train()
    output = model(**batch_of(model, [reader.text_to_instance(["z" * 20 if giant else "in"], ["O"])]))
    output["loss"].backward()
    assert [name for name, parameter in model.head.named_parameters() if parameter.grad is None] == []
    assert (output["loss"].item() == 0) == giant


def test_predictions_are_skipped_in_training_with_labels_only(
    model: SequenceTagger, reader: ConllColumnsReader
) -> None:
    """Without labels, a model in training mode gives samples of its dropout."""
    labelled = batch_of(model, [reader.text_to_instance(["Anna", "sings"], ["B-PER", "O"])])
    unlabelled = batch_of(model, [reader.text_to_instance(["Anna", "sings"])])
    predicted = {"mask", "metadata", "tag_ids", "tag_probabilities", "path_log_probability"}
    assert model(**labelled).keys() == predicted | {"loss"}
    assert model(**unlabelled).keys() == predicted
    model.train()
    assert model(**labelled).keys() == {"mask", "metadata", "loss"}
    with torch.inference_mode():
        first, second = model(**unlabelled), model(**unlabelled)
    assert first.keys() == predicted
    assert not torch.equal(first["tag_probabilities"], second["tag_probabilities"])


def test_the_metric_counts_the_viterbi_path(model: SequenceTagger, reader: ConllColumnsReader) -> None:
    """The words' best tags alone are I-PER I-PER; the best valid sequence is B-PER I-PER, the gold one."""
    with torch.no_grad():
        for parameter in [*model.head.parameters(), model.tag_projection.weight]:
            parameter.zero_()
        model.tag_projection.bias.copy_(torch.tensor([0.0, 1.0, 3.0, 0.0]))
    instance = reader.text_to_instance(["Anna", "Berg"], ["B-PER", "I-PER"])
    assert model.forward_on_instance(instance)["tags"] == ["B-PER", "I-PER"]
    assert model.get_metrics()["f1"] == 1.0


@pytest.mark.parametrize("neighbours", [0, 1])
def test_a_sentence_whose_first_word_is_too_long(
    tiny_encoder: str, word_pieces: WordPieceIndexer, neighbours: int
) -> None:
    reader = ConllColumnsReader({"tokens": word_pieces}, max_length=6)
    model = crf_tagger(tiny_encoder)
    giant = reader.text_to_instance(["z" * 20, "Anna"], ["O", "B-PER"])
    short = reader.text_to_instance(["in"], ["O"])
    outputs = model.forward_on_instances([giant] + [short] * neighbours)
    assert outputs[0]["tags"] == ["O", "O"]
    assert outputs[0]["path_log_probability"] == 0
    batch = batch_of(model, [giant] + [short] * neighbours)
    loss = model(**batch)["loss"]
    expected = model(**batch_of(model, [short]))["loss"] if neighbours else torch.tensor(0.0)
    torch.testing.assert_close(loss, expected)


def test_a_batch_gives_what_single_sentences_give(model: SequenceTagger, instances: List[Instance]) -> None:
    together = model(**batch_of(model, instances))
    for number, instance in enumerate(instances):
        alone = model(**batch_of(model, [instance]))
        length = alone["mask"].size(1)
        assert torch.equal(together["tag_ids"][number, :length], alone["tag_ids"][0])
        for key in ("tag_probabilities", "path_log_probability"):
            rows = together[key][number][:length] if together[key].dim() > 1 else together[key][number]
            torch.testing.assert_close(rows, alone[key][0], atol=1e-5, rtol=0)


def test_learns_a_few_sentences_and_keeps_them_in_a_file(
    model: SequenceTagger, tiny_encoder: str, instances: List[Instance], tmp_path: Path
) -> None:
    batch = batch_of(model, instances)
    gold = [instance["metadata"]["tags"] for instance in instances]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for _ in range(40):
        optimizer.zero_grad()
        loss = model(**batch)["loss"]
        loss.backward()
        optimizer.step()
    model.eval()
    output = model(**batch)
    assert loss.item() < 0.1
    assert model.decode(output["tag_ids"], output["mask"]) == gold
    assert model.get_metrics()["f1"] == 1.0
    torch.save(model.state_dict(), tmp_path / "best.th")
    loaded = crf_tagger(tiny_encoder)
    loaded.load_state_dict(torch.load(tmp_path / "best.th"))
    for key in ("tag_probabilities", "tag_ids", "path_log_probability", "loss"):
        assert torch.equal(loaded(**batch)[key], output[key])


class TestArchive(ModelTestCase):
    def test_it_can_be_trained_saved_and_loaded(self, tiny_encoder: str, tmp_path: Path) -> None:
        """A small run of active learning with synthetic sentences, and its archive."""
        config = tmp_path / "config.json"
        config.write_text(json.dumps(small_config(tiny_encoder, **{"model.head": {"type": "crf"}})), encoding="utf-8")
        self.ensure_model_can_train_save_and_load(str(config))


def test_initializers_reach_the_transitions_but_not_the_constraints(tiny_encoder: str) -> None:
    regexes = [["head.*", {"type": "constant", "val": 3.0}]]
    model = crf_tagger(tiny_encoder, initializer={"regexes": regexes})
    assert isinstance(model.head, CrfHead)
    assert all((parameter == 3).all() for parameter in model.head.parameters())
    assert len(list(model.head.parameters())) == 3
    allowed = model.head.crf._constraint_mask
    # B-LOC, B-PER, I-PER, O; START, END. I-PER after B-PER and I-PER only.
    assert allowed[:, LABELS.index("I-PER")].tolist() == [0, 1, 1, 0, 0, 0]
    assert allowed[:, LABELS.index("O")].tolist() == [1, 1, 1, 1, 1, 0]


def test_a_type_that_cannot_begin_is_never_predicted() -> None:
    torch.manual_seed(0)
    labels = ["B-LOC", "I-PER", "O"]
    head = CrfHead(labels)
    prediction = head.predict(torch.tensor([0.0, 9.0, 0.0]).expand(2, 3, 3), words(3, 2))
    assert 1 not in prediction.tag_ids[words(3, 2)].tolist()
    assert prediction.tag_probabilities[words(3, 2)][:, 1].tolist() == [0.0] * 5


@pytest.mark.parametrize("label", ["PER", "S-PER", "B-", "@@UNKNOWN@@", "START"])
def test_a_label_that_is_no_bio_tag_is_an_error(label: str) -> None:
    with pytest.raises(ConfigurationError, match=f"'crf' needs BIO labels: tag {label!r} is none of BIO's: O, B-TYPE"):
        CrfHead(["O", label])


def test_labels_of_which_none_may_start_are_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"none of the labels \['I-LOC', 'I-PER'\] may start a sentence"):
        CrfHead(["I-LOC", "I-PER"])


def test_the_models_labels_are_checked(tiny_encoder: str) -> None:
    vocab = Vocabulary()
    vocab.add_tokens_to_namespace(["O", "PER"], "labels")
    embedder = make_tagger(tiny_encoder).text_field_embedder
    with pytest.raises(ConfigurationError, match="tag 'PER' is none of BIO's"):
        SequenceTagger(vocab, embedder, head=Lazy(CrfHead))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"type": "crff"}, r"crff not in acceptable choices for head.type: \['softmax', 'crf'\]"),
        ({"type": "crf", "constraints": "BIO"}, "Extra parameters passed to CrfHead: {'constraints': 'BIO'}"),
    ],
)
def test_a_wrong_configuration_is_an_error(tiny_encoder: str, head: Dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make_tagger(tiny_encoder, head=head)
