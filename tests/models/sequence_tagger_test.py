from typing import Any, List

import pytest
import torch
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import Batch, Instance, Vocabulary
from allennlp.data.data_loaders import TensorDict
from allennlp.models import Model

from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TagDistribution
from tests.conftest import FIXTURES

LABELS = ["B-LOC", "B-PER", "I-PER", "O"]


def make_vocab() -> Vocabulary:
    vocabulary = Vocabulary()
    vocabulary.add_tokens_to_namespace(LABELS, "labels")
    return vocabulary


def make_tagger(encoder: str, **keys: Any) -> SequenceTagger:
    """A small tagger in evaluation mode."""
    embedder = {"type": "pretrained_transformer_mismatched", "model_name": encoder, "sub_token_mode": "first"}
    config = {"type": "sequence_tagger", "text_field_embedder": {"token_embedders": {"tokens": embedder}}, **keys}
    torch.manual_seed(0)
    model = Model.from_params(Params(config), vocab=make_vocab())
    assert isinstance(model, SequenceTagger)
    return model.eval()


def always(model: SequenceTagger, tag: str, by: float = 2.0) -> None:
    """Makes the model give every word `tag`, whatever the word: logits 0 and, for `tag`, `by`."""
    with torch.no_grad():
        model.tag_projection.weight.zero_()
        model.tag_projection.bias.zero_()
        model.tag_projection.bias[LABELS.index(tag)] = by


def batch_of(model: SequenceTagger, instances: List[Instance]) -> TensorDict:
    batch = Batch(instances)
    batch.index_instances(model.vocab)
    return batch.as_tensor_dict()


@pytest.fixture
def model(tiny_encoder: str) -> SequenceTagger:
    return make_tagger(tiny_encoder)


@pytest.fixture
def instances(reader: ConllColumnsReader) -> List[Instance]:
    """Sentences of 6, 3 and 4 words, the last with words of several pieces."""
    return [
        *reader.read(str(FIXTURES / "bio.conll")),
        reader.text_to_instance(["zzz", "Oslo.", "xyzzy", "Anna"], ["O", "B-LOC", "O", "B-PER"]),
    ]


def test_shapes_and_mask(model: SequenceTagger, instances: List[Instance]) -> None:
    output = model(**batch_of(model, instances))
    assert output["tag_probabilities"].shape == (3, 6, 4)
    assert output["mask"].tolist() == [[True] * 6, [True] * 3 + [False] * 3, [True] * 4 + [False] * 2]
    assert output["loss"].shape == ()
    assert [sentence["words"][0] for sentence in output["metadata"]] == ["Anna", "Oslo", "zzz"]


def test_probabilities_sum_to_one(model: SequenceTagger, instances: List[Instance]) -> None:
    probabilities = model(**batch_of(model, instances))["tag_probabilities"]
    assert (probabilities >= 0).all()
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(3, 6))


def test_loss_by_hand(model: SequenceTagger, instances: List[Instance]) -> None:
    batch = batch_of(model, instances)
    output = model(**batch)
    gold = [tag for instance in instances for tag in instance["metadata"]["tags"]]
    words = output["tag_probabilities"][output["mask"]]
    chosen = torch.stack([row[LABELS.index(tag)] for row, tag in zip(words, gold, strict=True)])
    assert len(chosen) == 13
    torch.testing.assert_close(output["loss"], -chosen.log().sum() / 13)


def test_loss_of_soft_labels_by_hand(model: SequenceTagger, reader: ConllColumnsReader) -> None:
    soft: List[TagDistribution] = [{"B-PER": 0.25, "O": 0.75}, {"B-LOC": 0.5, "I-PER": 0.5}]
    output = model(**batch_of(model, [reader.text_to_instance(["Anna", "sings"], tag_distributions=soft)]))
    logs = output["tag_probabilities"][0].log()
    expected = -(0.25 * logs[0, 1] + 0.75 * logs[0, 3] + 0.5 * logs[1, 0] + 0.5 * logs[1, 2]) / 2
    torch.testing.assert_close(output["loss"], expected)


def test_no_labels_no_loss(model: SequenceTagger, reader: ConllColumnsReader) -> None:
    assert "loss" not in model(**batch_of(model, [reader.text_to_instance(["Anna", "sings"])]))


def test_gold_and_the_one_hot_distribution_give_the_same_loss(
    model: SequenceTagger, reader: ConllColumnsReader
) -> None:
    words, tags = ["Anna", "Berg", "sings"], ["B-PER", "I-PER", "O"]
    gold = reader.text_to_instance(words, tags)
    soft = reader.text_to_instance(words, tag_distributions=[{tag: 1.0} for tag in tags])
    losses = [model(**batch_of(model, [instance]))["loss"].item() for instance in (gold, soft)]
    assert losses[0] == losses[1] > 0


def test_soft_labels_move_every_parameter(model: SequenceTagger, reader: ConllColumnsReader) -> None:
    soft: List[TagDistribution] = [{"B-PER": 0.25, "O": 0.75}, {"B-LOC": 0.5, "I-PER": 0.5}, {"O": 1.0}]
    batch = batch_of(model, [reader.text_to_instance(["Anna", "zzz", "in"], tag_distributions=soft)] * 2)
    model.train()
    model(**batch)["loss"].backward()
    named = dict(model.named_parameters())
    assert len(named) > 30
    assert all(parameter.requires_grad for parameter in named.values())
    assert [name for name, parameter in named.items() if parameter.grad is None] == []
    # A key's bias adds the same to all scores of a softmax, so its derivative is 0 by mathematics.
    still = [name for name, parameter in named.items() if not parameter.grad.abs().sum() > 0]  # type: ignore
    assert [name for name in still if not name.endswith("key.bias")] == []


def test_there_is_no_pooler(model: SequenceTagger) -> None:
    assert model.encoder is not None
    assert [name for name, _ in model.named_parameters() if "pooler" in name] == []
    assert [name for name in model.state_dict() if "pooler" in name] == []


def test_a_batch_gives_what_single_sentences_give(model: SequenceTagger, instances: List[Instance]) -> None:
    together = model(**batch_of(model, instances))["tag_probabilities"]
    for number, instance in enumerate(instances):
        alone = model(**batch_of(model, [instance]))["tag_probabilities"][0]
        torch.testing.assert_close(together[number, : len(alone)], alone, atol=1e-5, rtol=0)


def test_a_words_vector_is_its_first_pieces(model: SequenceTagger, instances: List[Instance]) -> None:
    batch = batch_of(model, [instances[2]])
    indexed = batch["tokens"]["tokens"]  # type: ignore[index]
    # [CLS] z ##z ##z Oslo . x ##y ##z ##z ##y Anna [SEP]
    assert indexed["offsets"].tolist() == [[[1, 3], [4, 5], [6, 10], [11, 11]]]  # type: ignore
    assert model.encoder is not None
    hidden = model.encoder(indexed["token_ids"], indexed["wordpiece_mask"]).last_hidden_state  # type: ignore
    expected = model.tag_projection(hidden[:, [1, 4, 6, 11]]).softmax(-1)
    torch.testing.assert_close(model(**batch)["tag_probabilities"], expected)


def test_the_metric_counts_by_hand(model: SequenceTagger, instances: List[Instance]) -> None:
    """Every word a LOC: 13 found; gold has 2 + 2 + 2 entities, 1 + 2 + 1 of them LOCs of one word."""
    always(model, "B-LOC")
    model(**batch_of(model, instances))
    scores = model.get_metrics(reset=True)
    assert scores["precision"] == pytest.approx(4 / 13)
    assert scores["recall"] == pytest.approx(4 / 6)
    assert scores["f1"] == pytest.approx(8 / 19)
    assert scores["LOC/recall"] == 1.0
    assert scores["PER/recall"] == 0.0
    assert model.get_metrics()["f1"] == 0.0


def test_words_that_were_cut_are_misses(tiny_encoder: str, word_pieces: WordPieceIndexer) -> None:
    reader = ConllColumnsReader({"tokens": word_pieces}, max_length=4)
    model = make_tagger(tiny_encoder)
    always(model, "B-LOC")
    model(**batch_of(model, [reader.text_to_instance(["Oslo", "Paris", "Oslo"], ["B-LOC"] * 3)]))
    scores = model.get_metrics()
    assert (scores["precision"], scores["recall"]) == pytest.approx((1.0, 2 / 3))


def test_training_counts_nothing(model: SequenceTagger, instances: List[Instance]) -> None:
    always(model, "B-LOC")
    model.train()
    model(**batch_of(model, instances))
    assert model.get_metrics(reset=True) == {}
    model.eval()
    assert model.get_metrics() == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_predicts_the_most_probable_tag(model: SequenceTagger) -> None:
    probabilities = torch.tensor(
        [[[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]], [[0.2, 0.5, 0.2, 0.1], [0.0, 0.9, 0.1, 0]]]
    )
    mask = torch.tensor([[True, True], [True, False]])
    prediction = model.head.predict(probabilities.log(), mask)
    torch.testing.assert_close(prediction.tag_probabilities, probabilities)
    assert prediction.tag_ids.tolist() == [[3, 0], [1, 0]]
    assert prediction.path_log_probability is None
    assert model.decode(prediction.tag_ids, mask) == [["O", "B-LOC"], ["B-PER"]]


def test_predictions_are_skipped_in_training_with_labels_only(
    model: SequenceTagger, reader: ConllColumnsReader
) -> None:
    labelled = batch_of(model, [reader.text_to_instance(["Anna", "sings"], ["B-PER", "O"])])
    unlabelled = batch_of(model, [reader.text_to_instance(["Anna", "sings"])])
    assert model(**labelled).keys() == {"mask", "metadata", "tag_probabilities", "tag_ids", "loss"}
    model.train()
    assert model(**labelled).keys() == {"mask", "metadata", "loss"}
    assert model(**unlabelled).keys() == {"mask", "metadata", "tag_probabilities", "tag_ids"}


def test_a_long_sentence_has_as_many_tags_as_words(tiny_encoder: str, word_pieces: WordPieceIndexer) -> None:
    reader = ConllColumnsReader({"tokens": word_pieces}, max_length=6)
    model = make_tagger(tiny_encoder)
    always(model, "B-LOC")
    long, short = (
        reader.text_to_instance(["Anna", "zzz", "in", "Oslo"], sentence_id="long"),
        reader.text_to_instance(["in"]),
    )
    first, second = model.forward_on_instances([long, short])
    assert (first["tags"], first["id"]) == (["B-LOC", "B-LOC", "O", "O"], "long")
    assert (second["tags"], second["words"]) == (["B-LOC"], ["in"])


@pytest.mark.parametrize("neighbours", [0, 1])
def test_a_first_word_longer_than_the_input_is_tagged_o(
    tiny_encoder: str, word_pieces: WordPieceIndexer, neighbours: int
) -> None:
    """Nothing of the sentence fits, which must not stop a run that scores a pool."""
    reader = ConllColumnsReader({"tokens": word_pieces}, max_length=6)
    model = make_tagger(tiny_encoder)
    giant = reader.text_to_instance(["z" * 20, "Anna"], ["O", "B-PER"])
    outputs = model.forward_on_instances([giant] + [reader.text_to_instance(["in"], ["O"])] * neighbours)
    assert outputs[0]["tags"] == ["O", "O"]
    assert outputs[0]["words"] == ["z" * 20, "Anna"]


def test_dropout_is_for_training_only(tiny_encoder: str, instances: List[Instance]) -> None:
    model = make_tagger(tiny_encoder, dropout=0.9)
    batch = batch_of(model, instances)
    del batch["tag_distributions"]
    assert torch.equal(model(**batch)["tag_probabilities"], model(**batch)["tag_probabilities"])
    model.train()
    assert not torch.equal(model(**batch)["tag_probabilities"], model(**batch)["tag_probabilities"])


def test_initializers_reach_the_projection(tiny_encoder: str) -> None:
    initializer = {"regexes": [["tag_projection.bias", {"type": "constant", "val": 3.0}]]}
    assert make_tagger(tiny_encoder, initializer=initializer).tag_projection.bias.tolist() == [3.0] * 4


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_smoothed_labels_are_targets_of_training_alone(tiny_encoder: str, instances: List[Instance], head: str) -> None:
    """With every head the loss is that of the mixture: 0.7 of the labels and 0.3 of the uniform distribution."""
    plain, smooth = (
        make_tagger(tiny_encoder, head={"type": head}, dropout=0, label_smoothing=smoothing) for smoothing in (0, 0.3)
    )
    smooth.load_state_dict(plain.state_dict())
    batch = batch_of(plain, instances)
    assert smooth(**batch)["loss"] == plain(**batch)["loss"]
    for model in (plain, smooth):
        model.training = True  # but not its parts, whose dropout would differ
    mixture = {**batch, "tag_distributions": 0.7 * batch["tag_distributions"] + 0.3 / 4}  # type: ignore[operator]
    torch.testing.assert_close(smooth(**batch)["loss"], plain(**mixture)["loss"])
    assert smooth(**batch)["loss"] != plain(**batch)["loss"]


@pytest.mark.parametrize("dropout", [-0.1, 1.0, 2.0])
def test_an_impossible_dropout_is_an_error(tiny_encoder: str, dropout: float) -> None:
    with pytest.raises(ConfigurationError, match=rf"model.dropout is {dropout}; expected a number in \[0, 1\)"):
        make_tagger(tiny_encoder, dropout=dropout)


def test_a_vocabulary_without_labels_is_an_error(tiny_encoder: str) -> None:
    with pytest.raises(ConfigurationError, match="no labels in its namespace 'other_labels'"):
        make_tagger(tiny_encoder, label_namespace="other_labels")
