"""Predictions: from the newest round's model, for questions of the run and for any text."""

import json
import logging
import os
import threading
from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from allennlp.data.tokenizers import CharacterTokenizer, WhitespaceTokenizer
from allennlp.models.archival import load_archive
from allennlp.predictors import Predictor
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.archives import load_tagger
from seqmix_plugin.formats import Question, labels_of_run
from seqmix_plugin.formats.label_studio_tasks import labelling_config
from seqmix_plugin.formats.label_studio_tasks import task as exported
from seqmix_plugin.io.atomic import file_digest
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.service.app import create_app
from seqmix_plugin.service.predictions import split
from seqmix_plugin.service.service import mismatches
from seqmix_plugin.service.watched_run import ModelHolder
from seqmix_plugin.tag_schemes import tags_to_spans
from tests.conftest import QUICKSTART
from tests.formats.conftest import WORDS
from tests.service.conftest import ANNA, LABELS, QUESTIONS, ask, service_of
from tests.service.serving import Client

CPU = torch.device("cpu")


def corpus() -> List[Question]:
    """Sentences of the shipped corpus, which the small run has learned."""
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")[:80]
    words = [tuple(line.split("\t")[0] for line in block.split("\n")) for block in blocks]
    return [Question(TaggedSentence(f"q{number}", tokens)) for number, tokens in enumerate(words)]


def tasks_of(questions: List[Question]) -> List[Dict[str, Any]]:
    return [
        {"id": 100 + number, "data": exported(question, "round 0")["data"]} for number, question in enumerate(questions)
    ]


def finish_round(run: Path, k: int) -> None:
    """What a run leaves in its folder when a round is whole, in its order: other weights, then the round's line."""
    weights = torch.load(run / "best.th", weights_only=True)
    weights["tag_projection.weight"] = weights["tag_projection.weight"] * (1 + k)
    torch.save(weights, run / "new.th")
    state = json.loads((run / "state" / f"round_{k - 1}.json").read_text(encoding="utf-8"))
    state["weights"] = file_digest(run / "new.th")
    (run / "state" / f"round_{k}.json").write_text(json.dumps(state), encoding="utf-8")
    os.replace(run / "new.th", run / "best.th")
    last = json.loads((run / "rounds.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    with open(run / "rounds.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps({**last, "round": k}) + "\n")


def test_predictions_are_those_of_the_model(asking: Path) -> None:
    questions = corpus()
    ask(asking, questions, 1)
    client = Client(create_app(service_of(asking)))
    answer = client.post(
        "/predict", json={"tasks": tasks_of(questions), "label_config": "", "params": {"context": None}}
    )
    assert answer.json["model_version"] == "round 0"
    predictor = Predictor.from_archive(load_archive(asking))
    found = 0
    for question, prediction in zip(questions, answer.json["results"], strict=True):
        alone = predictor.predict_json({"tokens": list(question.sentence.tokens)})
        spans = tags_to_spans(alone["tags"], repair=True)[0]
        offsets = question.sentence.offsets()
        assert prediction["model_version"] == "round 0"
        assert [
            (region["value"]["start"], region["value"]["end"], region["value"]["labels"])
            for region in prediction["result"]
        ] == [(offsets[span.start][0], offsets[span.end - 1][1], [span.label]) for span in spans]
        certain = min(row[tag] for row, tag in zip(alone["tag_probabilities"], alone["tags"], strict=True))
        assert prediction["score"] == pytest.approx(certain, abs=1e-4)
        for region in prediction["result"]:
            value = region["value"]
            assert value["text"] == question.sentence.raw_text[value["start"] : value["end"]]
        found += len(spans)
    assert found > 20


def test_before_round_0_nothing_is_predicted(asking: Path) -> None:
    line = (asking / "rounds.jsonl").read_text(encoding="utf-8")
    for none in (None, ""):
        (asking / "rounds.jsonl").unlink(missing_ok=True)
        if none is not None:
            (asking / "rounds.jsonl").write_text(none, encoding="utf-8")
        client = Client(create_app(service_of(asking)))
        answer = client.post("/predict", json={"tasks": tasks_of(QUESTIONS)}).json
        assert answer == {"results": [[], [], []], "model_version": "untrained"}
        assert client.post("/setup", json={"project": "1.1"}).json == {"model_version": "untrained"}
    (asking / "rounds.jsonl").write_text(line, encoding="utf-8")
    answer = client.post("/predict", json={"tasks": tasks_of(QUESTIONS)}).json
    assert answer["model_version"] == "round 0"
    assert [sorted(result) for result in answer["results"]] == [["model_version", "result", "score"]] * 3


def test_a_new_round_is_noticed(asking: Path) -> None:
    service = service_of(asking)
    client = Client(create_app(service))
    before = client.post("/predict", json={"tasks": tasks_of([ANNA])}).json
    finish_round(asking, 1)
    after = client.post("/predict", json={"tasks": tasks_of([ANNA])}).json
    assert (before["model_version"], after["model_version"]) == ("round 0", "round 1")
    assert before["results"][0]["score"] != after["results"][0]["score"]
    assert client.post("/setup", json={"project": "1.1"}).json == {"model_version": "round 1"}


def test_between_new_weights_and_their_line_the_round_is_known(asking: Path) -> None:
    lines = (asking / "rounds.jsonl").read_text(encoding="utf-8")
    finish_round(asking, 1)
    (asking / "rounds.jsonl").write_text(lines, encoding="utf-8")
    assert service_of(asking).version == "round 1"


def test_requests_under_way_keep_the_old_model(asking: Path) -> None:
    loading, go_on = threading.Event(), threading.Event()
    calls: List[str] = []

    def slow(run: str) -> Any:
        calls.append(run)
        if len(calls) > 1:
            loading.set()
            assert go_on.wait(30)
        return load_tagger(run)

    holder = ModelHolder(asking, slow, CPU)
    holder.refresh()
    finish_round(asking, 1)
    threading.Thread(target=holder.refresh).start()
    assert loading.wait(30)
    version, (output,) = holder.tag([ANNA.sentence])
    assert (version, output["words"]) == ("round 0", list(ANNA.sentence.tokens))
    go_on.set()
    holder.refresh()
    assert holder.tag([ANNA.sentence])[0] == "round 1"
    assert len(calls) == 2


def test_a_large_request_does_not_hold_up_a_small_one(asking: Path) -> None:
    holder = ModelHolder(asking, load_tagger, CPU)
    holder.refresh()
    batches: List[int] = []
    large = threading.Thread(target=lambda: batches.append(len(holder.tag([ANNA.sentence] * 32 * 100)[1])))
    large.start()
    for _ in range(3):
        assert len(holder.tag([ANNA.sentence])[1]) == 1
    assert large.is_alive()
    large.join()
    assert batches == [3200]


def test_a_model_that_cannot_be_loaded_leaves_the_old_one(asking: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = service_of(asking)
    finish_round(asking, 1)
    whole = (asking / "best.th").read_bytes()
    (asking / "best.th").write_bytes(whole[:1000])
    with caplog.at_level(logging.WARNING, "seqmix_plugin"):
        assert [service.predict(tasks_of([ANNA]))[0] for _ in range(3)] == ["round 0"] * 3
    assert caplog.text.count("cannot load the model of the newest round") == 1
    (asking / "best.th").write_bytes(whole)
    assert service.predict(tasks_of([ANNA]))[0] == "round 1"


def test_texts_of_others_and_what_is_none(asking: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = service_of(asking)
    changed = tasks_of([ANNA])[0]
    changed["data"] = {**changed["data"], "text": "Anna Berg sings in Rome ."}
    text = "\n  Anna Berg  flew to\tOslo . "
    other = [{"id": 1, "data": {"text": text}}, {"data": {"text": " "}}, {"data": {"text": 7}}, {}, 3, changed]
    with caplog.at_level(logging.WARNING, "seqmix_plugin"):
        _, results = service.predict([*other, *tasks_of([ANNA])])
    assert results[1:6] == [[]] * 5
    assert caplog.text.count("a task has no text") == 3
    assert "the text was changed" in caplog.text
    for result, source in ((results[0], text), (results[6], ANNA.sentence.raw_text)):
        assert result["score"] > 0
        for found in result["result"]:
            value = found["value"]
            assert value["text"] == source[value["start"] : value["end"]]


@given(st.lists(WORDS, max_size=6), st.sampled_from([" ", "\n", " \t ", "\u3000"]), st.sampled_from(["", " ", "\n "]))
def test_split_keeps_every_character(words: List[str], space: str, before: str) -> None:
    text = before + space.join(words)
    for tokenizer in (WhitespaceTokenizer(), CharacterTokenizer()):  # the second says white space, which is no word
        found = split(text, tokenizer)
        if not words:
            assert found is None
            continue
        assert found is not None
        sentence, before_first = found[0].sentence, found[1]
        assert text[before_first:] == sentence.raw_text
        assert [text[before_first + start : before_first + end] for start, end in sentence.offsets()] == list(
            sentence.tokens
        )
        assert list(sentence.tokens) == text.split() or isinstance(tokenizer, CharacterTokenizer)


def test_the_readers_tokenizer_splits(asking: Path) -> None:
    service = service_of(asking)
    reader: Any = service._holder.loaded[2]
    reader.tokenizer = CharacterTokenizer()
    with_tokenizer = service.predict([{"data": {"text": "Oslo"}}])[1][0]
    del reader.tokenizer
    assert with_tokenizer["score"] != service.predict([{"data": {"text": "Oslo"}}])[1][0]["score"]


MANY = '<!ENTITY e0 "PER">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
"""Entities that stand for a hundred million others."""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda text: text, []),
        (lambda text: text.replace('name="label"', 'name="ner"'), ["lacks <Labels name='label' toName='text'>"]),
        (lambda text: text.replace('toName="text"', 'toName="t"'), ["lacks <Labels name='label' toName='text'>"]),
        (lambda text: text.replace("$text", "$words"), ["lacks <Text name='text' value='$text'>"]),
        (
            lambda text: text.replace('"PER"', '"PERSON"'),
            ["lacks <Label value='PER'>", "does not have <Label value='PERSON'>"],
        ),
        (lambda text: text[:50], ["it is not valid XML"]),
        (lambda text: f"<!DOCTYPE v [{MANY}]>" + text.replace("PER", "&e8;"), ["it is not valid XML"]),
        (lambda text: text.replace("PER", "\ud83d"), ["lacks <Label value='PER'>", "does not have <Label value='?'>"]),
    ],
)
def test_labelling_configurations(change: Any, found: List[str]) -> None:
    problems = mismatches(change(labelling_config(LABELS)), LABELS)
    assert len(problems) == len(found)
    assert all(part in problem for part, problem in zip(found, problems, strict=True))


def test_setup_says_once_what_does_not_fit(asking: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(create_app(service_of(asking)))
    body = {"project": "7.1", "schema": "<View/>", "hostname": "", "access_token": "x", "extra_params": None}
    with caplog.at_level(logging.WARNING, "seqmix_plugin"):
        for _ in range(2):
            assert client.post("/setup", json=body).json == {"model_version": "round 0"}
        assert (
            client.post("/setup", json={**body, "schema": labelling_config(labels_of_run(str(asking)))}).status_code
            == 200
        )
    assert caplog.text.count("the labelling configuration of project 7.1 does not fit: it lacks <Label value=") == 1
