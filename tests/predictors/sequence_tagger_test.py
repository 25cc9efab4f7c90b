import json
from math import exp, log
from typing import Any, Dict

import pytest
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data.tokenizers import CharacterTokenizer, LettersDigitsTokenizer
from allennlp.predictors import Predictor

from seqmix_plugin.data import ConllColumnsReader, PlainTextReader, WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.predictors import SequenceTaggerPredictor
from tests.models.sequence_tagger_test import LABELS, always, make_tagger


@pytest.fixture
def model(tiny_encoder: str) -> SequenceTagger:
    return make_tagger(tiny_encoder)


@pytest.fixture
def predictor(model: SequenceTagger, reader: ConllColumnsReader) -> SequenceTaggerPredictor:
    return SequenceTaggerPredictor(model, reader)


def test_is_registered() -> None:
    assert Predictor.by_name("sequence_tagger") is SequenceTaggerPredictor


def test_spans_and_probabilities_by_hand(predictor: SequenceTaggerPredictor, model: SequenceTagger) -> None:
    always(model, "B-PER", by=2.0)
    likely, unlikely = exp(2) / (exp(2) + 3), 1 / (exp(2) + 3)
    output = predictor.predict_json({"tokens": ["Anna", "sings"]})
    assert output["words"] == ["Anna", "sings"]
    assert output["tags"] == ["B-PER", "B-PER"]
    row = {"B-LOC": unlikely, "B-PER": likely, "I-PER": unlikely, "O": unlikely}
    assert output["tag_probabilities"] == [pytest.approx(row), pytest.approx(row)]
    assert output["spans"] == [
        {"start": 0, "end": 1, "label": "PER", "text": "Anna", "probability": pytest.approx(likely)},
        {"start": 1, "end": 2, "label": "PER", "text": "sings", "probability": pytest.approx(likely)},
    ]
    assert output.keys() == {"words", "tags", "spans", "tag_probabilities"}


def test_a_spans_probability_is_its_least_certain_words(
    predictor: SequenceTaggerPredictor, model: SequenceTagger
) -> None:
    """Every word I-PER, each with its own probability: read as conlleval does, one entity."""
    with torch.no_grad():
        model.tag_projection.bias[LABELS.index("I-PER")] = 8.0
    output = predictor.predict("Anna Berg sings")
    assert output["tags"] == ["I-PER"] * 3
    certainties = [row["I-PER"] for row in output["tag_probabilities"]]
    assert len(set(certainties)) == 3
    assert output["spans"] == [
        {"start": 0, "end": 3, "label": "PER", "text": "Anna Berg sings", "probability": min(certainties)}
    ]


def test_a_crf_gives_the_probability_of_the_path(tiny_encoder: str, reader: ConllColumnsReader) -> None:
    """B-PER has odds of 8, the other tags of 1, and all transitions the score 0."""
    model = make_tagger(tiny_encoder, head={"type": "crf"})
    always(model, "B-PER", by=log(8))
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.zero_()
    output = SequenceTaggerPredictor(model, reader).predict("Anna sings")
    assert output["tags"] == ["B-PER", "B-PER"]
    # First word B-LOC, B-PER or O: 1, 8, 1. After B-PER all 11, otherwise 10: Z = 8 * 11 + 2 * 10.
    assert output["path_probability"] == pytest.approx(64 / 108)
    assert [span["probability"] for span in output["spans"]] == pytest.approx([88 / 108, 80 / 108])
    assert json.loads(json.dumps(output)) == output


def test_no_entities_no_spans(predictor: SequenceTaggerPredictor, model: SequenceTagger) -> None:
    always(model, "O")
    output = predictor.predict("Anna sings")
    assert (output["tags"], output["spans"]) == (["O", "O"], [])


def test_a_sentence_is_split_at_white_space(predictor: SequenceTaggerPredictor) -> None:
    tokens = predictor.predict_json({"tokens": ["Anna", "sings", "in", "Oslo."]})
    assert predictor.predict_json({"sentence": "  Anna sings\tin  Oslo. "}) == tokens
    assert predictor.predict("Anna sings in Oslo.") == tokens
    assert predictor.predict_json({"tokens": ["Anna"], "sentence": "Berg sings"})["words"] == ["Anna"]


def test_another_tokenizer_can_be_given(model: SequenceTagger, reader: ConllColumnsReader) -> None:
    predictor = SequenceTaggerPredictor(model, reader, LettersDigitsTokenizer())
    assert predictor.predict("Anna, Oslo.")["words"] == ["Anna", ",", "Oslo", "."]


def test_a_sentence_is_split_as_the_reader_splits(model: SequenceTagger, word_pieces: WordPieceIndexer) -> None:
    reader = PlainTextReader({"tokens": word_pieces}, CharacterTokenizer())
    predictor = SequenceTaggerPredictor(model, reader)
    assert predictor.predict("in \tO.")["words"] == ["i", "n", "O", "."], "white space is no word, as when it reads"
    assert SequenceTaggerPredictor(model, reader, LettersDigitsTokenizer()).predict("in O.")["words"] == [
        "in",
        "O",
        ".",
    ]


def test_a_batch_gives_what_single_inputs_give(predictor: SequenceTaggerPredictor) -> None:
    inputs = [{"sentence": "Anna Berg sings in Oslo ."}, {"tokens": ["zzz"], "id": "b"}, {"sentence": "Oslo Paris"}]
    together = predictor.predict_batch_json(inputs)
    for given, output in zip(inputs, together, strict=True):
        alone = predictor.predict_json(given)  # type: ignore[arg-type]
        assert output["words"] == alone["words"]
        assert output["tags"] == alone["tags"]
        assert [(span["start"], span["end"]) for span in output["spans"]] == [
            (span["start"], span["end"]) for span in alone["spans"]
        ]
        for one, other in zip(output["tag_probabilities"], alone["tag_probabilities"], strict=True):
            assert one == pytest.approx(other, abs=1e-5)
    assert [output.get("id") for output in together] == [None, "b", None]


def test_the_output_is_json(predictor: SequenceTaggerPredictor) -> None:
    output = predictor.predict_json({"tokens": ["Anna", "zzz"], "id": "x"})
    assert json.loads(json.dumps(output)) == output
    assert predictor.load_line(predictor.dump_line(output)) == output


def test_an_instance_of_the_reader_can_be_predicted(
    predictor: SequenceTaggerPredictor, reader: ConllColumnsReader
) -> None:
    instance = reader.text_to_instance(["Anna", "sings"], ["B-PER", "O"], sentence_id="3")
    output = predictor.predict_instance(instance)
    assert output["id"] == "3"
    assert output["tags"] == predictor.predict("Anna sings")["tags"]


def test_a_long_sentence_has_as_many_tags_as_words(model: SequenceTagger, word_pieces: WordPieceIndexer) -> None:
    always(model, "B-LOC")
    predictor = SequenceTaggerPredictor(model, ConllColumnsReader({"tokens": word_pieces}, max_length=4))
    output = predictor.predict("Oslo Paris Anna Berg sings")
    assert output["words"] == ["Oslo", "Paris", "Anna", "Berg", "sings"]
    assert output["tags"] == ["B-LOC", "B-LOC", "O", "O", "O"]
    assert len(output["tag_probabilities"]) == 2
    assert output["num_cut_words"] == 3
    assert "num_cut_words" not in predictor.predict("Oslo Paris")
    assert [span["text"] for span in output["spans"]] == ["Oslo", "Paris"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"tokens": []},
        {"tokens": ["Anna", ""]},
        {"tokens": "Anna"},
        {"tokens": [1, 2]},
        {"sentence": ""},
        {"sentence": " \n "},
        {"sentence": 3},
        {"sentence": ["Anna"]},
        {"text": "Anna"},
    ],
)
def test_an_input_without_words_is_an_error(predictor: SequenceTaggerPredictor, given: Dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="expected 'tokens', a list of words, or 'sentence'.*neither empty"):
        predictor.predict_json(given)


@pytest.mark.parametrize("given", [{"tokens": ["Anna", "\ud83d"]}, {"sentence": "Anna \ude00"}])
def test_half_of_a_character_is_an_error(predictor: SequenceTaggerPredictor, given: Dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"input \{.*\\u.*\}: half of a surrogate pair"):
        predictor.predict_json(given)


def test_a_clause_that_is_taken_as_a_word_is_warned_of_once(
    predictor: SequenceTaggerPredictor, caplog: pytest.LogCaptureFixture
) -> None:
    predictor.predict("Anna Berg sings in Oslo")
    assert caplog.messages == []
    predictor.predict("我们在北京见到了王小明")
    predictor.predict("東京タワーに行くつもりです")
    [message] = caplog.messages
    assert message.startswith("predict: 1 of 1 words of scripts without spaces are as long as clauses, such as '我们")
