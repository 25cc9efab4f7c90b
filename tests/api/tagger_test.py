"""Predictions in Python are those of `seqmix predict`."""

import argparse
import json
from pathlib import Path

import datasets
import pandas
import pytest
from allennlp.commands.predict import Predict

import seqmix_plugin as sx
from seqmix_plugin import archives
from seqmix_plugin.api.tagger import Entity, Prediction, Predictions

TEXTS = ("Anna Berg sings in Oslo", "flights", "Paris , Oslo and <b>")


def test_predictions_are_those_of_the_command(of_files: sx.Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"sentence": text}) + "\n" for text in TEXTS), encoding="utf-8"
    )
    parser = argparse.ArgumentParser()
    Predict().add_subparser(parser.add_subparsers())
    names = [str(of_files.folder / "model.tar.gz"), str(tmp_path / "in.jsonl"), "--output-file", str(tmp_path / "out")]
    args = parser.parse_args(["predict", *names, "--silent"])
    args.func(args)
    wanted = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    found = of_files.tagger.predict(TEXTS, batch_size=1)  # as the command; others round differently
    assert [prediction.output for prediction in found] == wanted
    [alone, *_] = found
    assert alone.words == tuple(TEXTS[0].split())
    assert list(alone.tags) == wanted[0]["tags"]
    assert [entity._asdict() for entity in alone.entities] == wanted[0]["spans"]


def test_words_are_tagged_as_their_text(of_files: sx.Run) -> None:
    of_words, of_texts = (of_files.tagger.predict(given) for given in ([text.split() for text in TEXTS], TEXTS))
    assert [one.output for one in of_words] == [one.output for one in of_texts]
    assert [one.tags for one in of_words] == [one.tags for one in of_files.tagger.predict(list(TEXTS), batch_size=2)]
    assert of_files.tagger.predict([]) == []


def test_the_archive_is_loaded_once(of_files: sx.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run = sx.Run(of_files.folder)
    run.tagger.predict(TEXTS)
    monkeypatch.setattr(archives, "load_tagger", None)
    assert run.tagger.predict(TEXTS) == of_files.tagger.predict(TEXTS)
    assert repr(run.tagger) == f"<Tagger of {of_files.folder}>"


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        ("Anna sings", "sentences is 'Anna sings'; expected a list of sentences, each a text or a list of words"),
        (3, "sentences is 3; expected a list of sentences"),
        ({"a": "Anna sings"}, "sentences is a dict; expected a list of sentences, each a text or a list of words"),
        (pandas.DataFrame({"word": ["Anna"]}), "sentences is a DataFrame; expected a list of sentences"),
        (datasets.Dataset.from_list([{"tokens": ["Anna"]}]), "sentences is a Dataset; expected a list of sentences"),
        ([{"tokens": ["Anna"]}], "sentence 0 is {'tokens': ['Anna']}; expected a list of sentences"),
        ([""], "expected 'tokens', a list of words, or 'sentence', a text; neither empty"),
        ([[]], "expected 'tokens', a list of words, or 'sentence', a text; neither empty"),
        ([["Anna", 3]], "expected 'tokens', a list of words, or 'sentence', a text; neither empty"),
        ([None], "sentence 0 is None; expected a list of sentences, each a text or a list of words"),
    ],
)
def test_anything_else_is_an_error(sentences: object, message: str, of_files: sx.Run) -> None:
    with pytest.raises(sx.ConfigurationError) as caught:
        of_files.tagger.predict(sentences)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        sx.ConfigurationError, match="no model could be loaded; expected a run's folder or a model.tar.gz"
    ):
        sx.Tagger(tmp_path)


def test_entities_are_marked() -> None:
    words, tags = ("Anna", "Berg", "<3", "Oslo", "!"), ("B-PER", "I-PER", "O", "B-LOC", "O")
    entities = (Entity("PER", "Anna Berg", 0, 2, 0.987), Entity("LOC", "Oslo", 3, 4, 0.5))
    prediction = Prediction(words, tags, entities, {})
    assert repr(prediction) == "<Prediction: Anna Berg <3 Oslo ! | Anna Berg (PER 0.99), Oslo (LOC 0.50)>"
    shown = prediction._repr_html_()
    assert ">Anna Berg <small>PER 0.99</small></span> &lt;3 <span" in shown
    assert shown.endswith(">Oslo <small>LOC 0.50</small></span> !")
    nothing = Prediction(("Hm",), ("O",), (), {})
    assert repr(nothing) == "<Prediction: Hm | no entity>"
    assert Predictions([nothing, nothing])._repr_html_() == "Hm<br>Hm"
