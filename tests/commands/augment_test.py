import json
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

import pytest
from allennlp.data.token_indexers import SingleIdTokenIndexer

from seqmix_plugin.augmenters.discriminators import AcceptAllDiscriminator, Discriminator
from seqmix_plugin.augmenters.discriminators.discriminator import Verdict
from seqmix_plugin.augmenters.language_models import PretrainedLanguageModel
from seqmix_plugin.commands.augment import augment
from seqmix_plugin.commands.generated_files import records
from seqmix_plugin.data import ConllColumnsReader, JsonlSentencesReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, Window
from seqmix_plugin.tag_schemes import tags_to_spans
from tests.active_learning.conftest import lines, small_config
from tests.command_line_test import allennlp
from tests.commands.conftest import Command
from tests.conftest import QUICKSTART

Config = Callable[..., str]


@pytest.fixture
def config(tiny_encoder: str, tmp_path: Path) -> Config:
    """Writes the small configuration with overrides and gives its path."""

    def write(**overrides: Any) -> str:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(small_config(tiny_encoder, **overrides)), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """The first 40 sentences of the shipped corpus."""
    blocks = (QUICKSTART / "train.conll").read_text(encoding="utf-8").split("\n\n")[:40]
    path = tmp_path / "gold.conll"
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def read_both(prefix: Path) -> Sequence[List[TaggedSentence]]:
    indexers: Any = {"tokens": SingleIdTokenIndexer()}
    soft = JsonlSentencesReader(indexers).read_sentences(f"{prefix}.jsonl")
    return soft, ConllColumnsReader(indexers).read_sentences(f"{prefix}.conll")


def files(folder: Path) -> List[str]:
    return sorted(path.name for path in folder.iterdir())


def test_our_readers_read_both_files_back(
    command: Command, config: Config, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prefix = tmp_path / "new" / "synthetic.v1"
    assert command("augment", config(), gold, "--output", prefix, "--rate", 2) == 0
    names = ["synthetic.v1.conll", "synthetic.v1.jsonl", "synthetic.v1.statistics.json"]
    assert files(prefix.parent) == names, "nothing temporary is left"
    soft, hard = read_both(prefix)
    assert len(soft) == len(hard) == 80
    assert [s.id for s in soft] == [s.id for s in hard] == [f"synthetic-{number}" for number in range(80)]
    assert [(s.tokens, s.tags) for s in soft] == [(s.tokens, s.tags) for s in hard]
    records = lines(Path(f"{prefix}.jsonl"))
    assert [list(s.tag_distributions or ()) for s in soft] == [record["tag_distributions"] for record in records]
    assert any(0 < p < 1 for record in records for row in record["tag_distributions"] for p in row.values())

    statistics = json.loads(Path(f"{prefix}.statistics.json").read_text(encoding="utf-8"))
    argmax = [[max(row, key=row.__getitem__) for row in record["tag_distributions"]] for record in records]
    changed = [
        sum(best != tag for best, tag in zip(row, record["tags"], strict=True))
        for row, record in zip(argmax, records, strict=True)
    ]
    assert statistics["repaired_sentences"] == sum(map(bool, changed)) > 0, "some windows cut an entity"
    assert statistics["repaired_tags"] == sum(changed)
    assert (statistics["sentences"], statistics["wanted"], statistics["accepted"]) == (40, 80, 80)
    assert (statistics["refused"], statistics["acceptance"], statistics["seed"]) == (0, 1.0, 1)
    assert statistics["generated_words"] == 3 * 80
    assert statistics["distinct_words"] == statistics["augmenter"]["distinct_tokens"]
    printed = capsys.readouterr().out
    assert f"wrote     {prefix}.jsonl and {prefix}.conll" in printed
    assert "accepted  80 of 80 wanted sentences\nrefused   0 (acceptance 100%)" in printed
    assert f"repaired  {sum(changed)} tags of {statistics['repaired_sentences']} sentences" in printed


def test_a_child_is_its_frame_with_the_window_mixed(config: Config, gold: Path, tmp_path: Path) -> None:
    augment(config(), str(gold), output=str(tmp_path / "out"))
    by_id = {s.id: s for s in ConllColumnsReader({"tokens": SingleIdTokenIndexer()}).read_sentences(str(gold))}
    for record in lines(tmp_path / "out.jsonl"):
        window, other = record["parents"]
        frame = by_id[window["sentence_id"]]
        inside = range(window["start"], window["end"])
        assert len(inside) == other["end"] - other["start"] == 3
        assert 0 < record["lambda"] < 1
        assert record["score"] is None
        for position, word in enumerate(frame.tokens):
            if position not in inside:
                assert record["tokens"][position] == word
                assert record["tag_distributions"][position] == {frame.tags[position]: 1.0}  # type: ignore[index]


def test_one_seed_is_the_same_bytes_and_another_is_not(config: Config, gold: Path, tmp_path: Path) -> None:
    first = augment(config(), str(gold), output=str(tmp_path / "first"))
    again = augment(config(), str(gold), output=str(tmp_path / "again.jsonl"))
    other = augment(config(), str(gold), output=str(tmp_path / "other"), seed=2)
    for ending in ("jsonl", "conll"):
        written = [(tmp_path / f"{name}.{ending}").read_bytes() for name in ("first", "again", "other")]
        assert written[0] == written[1] != written[2]
    for statistics in (first, again):
        del statistics["seconds"], statistics["files"]
    assert first == again
    assert (first["seed"], other["seed"]) == (1, 2)


def test_what_is_refused_is_counted_and_not_written(config: Config, gold: Path, tmp_path: Path, tiny_gpt2: str) -> None:
    judge = {
        "type": "perplexity",
        "language_model": {"type": "pretrained", "model_name": tiny_gpt2},
        "quantile": [0, 0.5],
    }
    statistics = augment(config(**{"trainer.augmenter.discriminator": judge}), str(gold), output=str(tmp_path / "out"))
    scores = [record["perplexity"] for record in lines(tmp_path / "out.jsonl")]
    assert len(scores) == statistics["accepted"] == 20
    assert max(scores) <= statistics["augmenter"]["discriminator"]["accepted_range"][1]
    assert statistics["refused"] == statistics["augmenter"]["refused"] > 0
    assert statistics["acceptance"] == 20 / (20 + statistics["refused"])


def test_windows_may_be_judged(config: Config, gold: Path, tmp_path: Path, tiny_gpt2: str) -> None:
    """What is written is the perplexity of the window alone."""
    model = {"type": "pretrained", "model_name": tiny_gpt2}
    judge = {"type": "perplexity", "language_model": model, "range": [0, None], "scope": "window"}
    statistics = augment(config(**{"trainer.augmenter.discriminator": judge}), str(gold), output=str(tmp_path / "out"))
    assert statistics["augmenter"]["discriminator"]["scope"] == "window"
    records = lines(tmp_path / "out.jsonl")
    children = [TaggedSentence(record["id"], tuple(record["tokens"])) for record in records]
    windows = [(record["parents"][0]["start"], record["parents"][0]["end"]) for record in records]
    expected = PretrainedLanguageModel(tiny_gpt2).perplexities(children, children, windows)
    assert [record["perplexity"] for record in records] == pytest.approx(expected.tolist(), rel=1e-4)


def test_too_few_pairs_are_said_and_no_error(
    command: Command, config: Config, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold.write_text("# id = a\nAnna\tB-PER\nin\tO\nOslo\tB-LOC\n\n# id = b\nBerg\tB-PER\nin\tO\nParis\tB-LOC\n")
    assert command("augment", config(), gold, "-s", tmp_path / "out", "--rate", "3.5") == 0
    assert "accepted  2 of 7 wanted sentences; no more were found" in capsys.readouterr().out
    assert len(lines(tmp_path / "out.jsonl")) == 2


def test_overrides_and_duplicates(command: Command, config: Config, gold: Path, tmp_path: Path) -> None:
    duplicate = json.dumps({"trainer": {"augmenter": {"type": "duplicate", "rate": 0.5}}, "seed": 5})
    path = config(trainer={})
    assert command("augment", path, gold, "-s", tmp_path / "out", "-o", duplicate) == 0
    soft, hard = read_both(tmp_path / "out")
    originals = ConllColumnsReader({"tokens": SingleIdTokenIndexer()}).read_sentences(str(gold))
    assert len(hard) == 20
    assert {(s.tokens, s.tags) for s in hard} <= {(s.tokens, s.tags) for s in originals}
    assert all(s.tag_distributions == tuple({tag: 1.0} for tag in s.tags or ()) for s in soft)
    record = lines(tmp_path / "out.jsonl")[0]
    assert record["lambda"] is None
    assert "score" in record


def test_generated_sentences_can_be_augmented_again(config: Config, gold: Path, tmp_path: Path) -> None:
    """Of JSONL with soft labels; the new ids are clear of the old ones."""
    augment(config(), str(gold), output=str(tmp_path / "first"))
    jsonl = {"dataset_reader.type": "jsonl_sentences"}
    source = json.loads(Path(config(**jsonl)).read_text())
    (tmp_path / "config.json").write_text(json.dumps(source))
    augment(str(tmp_path / "config.json"), str(tmp_path / "first.jsonl"), output=str(tmp_path / "second"))
    ids = [record["id"] for name in ("first", "second") for record in lines(tmp_path / f"{name}.jsonl")]
    assert Counter(name.split("-")[0] for name in ids) == {"synthetic": 20, "synthetic2": 10}
    assert len(set(ids)) == 30


def test_an_archives_model_gives_other_words(config: Config, gold: Path, tmp_path: Path, trained: Path) -> None:
    plain = augment(config(), str(gold), output=str(tmp_path / "plain"))
    learnt = augment(config(), str(gold), output=str(tmp_path / "learnt"), archive=str(trained / "model.tar.gz"))
    assert plain["accepted"] == learnt["accepted"] == 20
    one, other = (lines(tmp_path / f"{name}.jsonl") for name in ("plain", "learnt"))
    for key in ("parents", "lambda", "tag_distributions"):
        assert [record[key] for record in one] == [record[key] for record in other]
    assert [record["tokens"] for record in one] != [record["tokens"] for record in other]


def test_ties_and_cut_entities_come_out_valid() -> None:
    rows = ({"O": 0.5, "B-X": 0.5}, {"I-Y": 0.6, "O": 0.4}, {"I-Y": 1.0})
    child = SyntheticSentence(TaggedSentence("", ("a", "b", "c"), tag_distributions=rows), (Window("p", 0, 1),), 0.5)
    (record,) = records([child], [], "score")
    assert record["tags"] == ["B-X", "B-Y", "I-Y"]
    tags_to_spans(record["tags"])
    assert record["tag_distributions"] == list(rows)


@Discriminator.register("interrupt_in_test")
class InterruptDiscriminator(AcceptAllDiscriminator):
    """As if Ctrl-C were pressed in the middle."""

    def judge(self, children: Sequence[TaggedSentence], frames: Sequence[TaggedSentence]) -> List[Verdict]:
        raise KeyboardInterrupt


def test_an_interruption_leaves_nothing(
    command: Command, config: Config, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config(**{"trainer.augmenter.discriminator": {"type": "interrupt_in_test"}})
    (tmp_path / "out.conll").write_text("old\n")
    assert command("augment", path, gold, "-s", tmp_path / "out", "--force") == 130
    assert "interrupted: nothing was written" in capsys.readouterr().err
    assert files(tmp_path) == ["config.json", "gold.conll", "out.conll"]
    assert (tmp_path / "out.conll").read_text() == "old\n"


NO_AUGMENTER = r"config.json: trainer.augmenter makes no sentences; expected a block such as \{'type': 'seqmix'\}"
ERRORS: Dict[str, Any] = {
    "no_augmenter": ({"trainer": {}}, (), NO_AUGMENTER),
    "none": ({"trainer.augmenter": {"type": "none"}}, (), NO_AUGMENTER),
    "rate_too_small": ({}, ("--rate", "0.01"), "rate 0.01 of 40 sentences makes none; raise --rate"),
    "negative_rate": ({}, ("--rate", "-1"), "augmenter.rate is -1.0; expected a number from 0 to 1000"),
    "unknown_key": (
        {"trainer.augmenter.alfa": 2},
        (),
        "trainer.augmenter.alfa is an unknown key; did you mean 'alpha'? 'seqmix' has alpha, discriminator",
    ),
    "wrong_type": ({"trainer.augmenter.alpha": "x"}, (), "trainer.augmenter.alpha is 'x'; expected a number"),
    "no_model": ({"model": None}, (), "the configuration has no 'model'"),
    "other_encoder": ({"model.text_field_embedder.token_embedders.tokens.model_name": "nowhere"}, (), "encoder"),
    "overrides": ({}, ("-o", "{"), "the configuration cannot be read"),
    "archive": ({}, ("--archive", "nowhere.tar.gz"), "nowhere.tar.gz: no model could be loaded"),
    "device": ({}, ("--cuda-device", "99"), "--cuda-device is 99; this machine has"),
    "null": ({"trainer.augmenter.pairing": None}, (), "trainer.augmenter.pairing is null"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_one_line(
    command: Command, config: Config, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    overrides, arguments, message = ERRORS[name]
    assert command("augment", config(**overrides), gold, "-s", tmp_path / "out", *arguments) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert message.replace("\\", "") in line
    assert files(tmp_path) == ["config.json", "gold.conll"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "gold.conll: no such file"),
        ("", "gold.conll: no sentence in this file"),
        ("Anna\nsings\n", "gold.conll, line 1: 1 column(s), but token_column is 0"),
    ],
)
def test_the_input_must_be_labelled(
    command: Command, config: Config, gold: Path, capsys: pytest.CaptureFixture[str], content: Any, message: str
) -> None:
    gold.unlink() if content is None else gold.write_text(content)
    assert command("augment", config(), gold, "-s", gold.with_name("out")) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"tokens": ["a"], "tag_distributions": [{"O": 1}]}, "sentence '0' has no tags"),
        ({"tokens": ["a\tb"], "tags": ["O"]}, r"word 'a\tb' of sentence '0' does not fit in a column"),
        ({"tokens": ["a\rb"], "tags": ["O"]}, r"word 'a\rb' of sentence '0' does not fit in a column"),
        ({"tokens": [" a"], "tags": ["O"]}, "word ' a' of sentence '0' does not fit in a column"),
        ({"tokens": ["-DOCSTART-"], "tags": ["O"]}, "word '-DOCSTART-' of sentence '0' does not fit in a column"),
    ],
)
def test_jsonl_that_columns_cannot_hold(
    command: Command, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], record: Any, message: str
) -> None:
    source = json.loads(Path(config(**{"dataset_reader.type": "jsonl_sentences"})).read_text())
    (tmp_path / "config.json").write_text(json.dumps(source))
    (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n")
    assert command("augment", tmp_path / "config.json", tmp_path / "in.jsonl", "-s", tmp_path / "out") == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a\nb", " a", "a\tb"])
def test_ids_that_columns_cannot_hold_are_errors_where_they_are_written(
    command: Command, config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path, source = config(**{"dataset_reader.type": "jsonl_sentences"}), tmp_path / "in.jsonl"
    records = [{"tokens": ["Anna", "Berg", word], "tags": ["B-PER", "I-PER", "O"]} for word in ("sings", "in", "Oslo")]
    source.write_text("".join(json.dumps({"id": name * n, **record}) + "\n" for n, record in enumerate(records, 1)))
    assert command("augment", path, source, "-s", tmp_path / "out", "--rate", "1", "--include-input") == 1
    assert f"in.jsonl: id {name!r} does not fit in a comment of a column file" in capsys.readouterr().err
    assert command("augment", path, source, "-s", tmp_path / "out", "--rate", "1") == 0


def test_a_missing_configuration_is_one_line(command: Command, gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("augment", "nowhere.jsonnet", gold, "-s", gold.with_name("out")) == 1
    assert "error: nowhere.jsonnet: the configuration cannot be read" in capsys.readouterr().err


def test_labels_must_be_the_archives(
    command: Command, config: Config, gold: Path, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold.write_text("Anna\tB-HERO\nin\tO\nOslo\tB-LOC\n\nBerg\tB-HERO\nin\tO\nParis\tB-LOC\n")
    arguments = ("-s", gold.with_name("out"), "--rate", "1", "--archive", trained)
    assert command("augment", config(), gold, *arguments) == 1
    assert f"{trained}: its model does not know the labels B-HERO of the input" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["jsonl", "conll", "statistics.json"])
def test_existing_files_are_kept_unless_forced(
    command: Command, config: Config, gold: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    old = gold.with_name(f"out.{ending}")
    old.write_text("old\n")
    assert command("augment", config(), gold, "-s", gold.with_name("out")) == 1
    assert f"error: {old} exists; choose another --output, or --force" in capsys.readouterr().err
    assert old.read_text() == "old\n"
    assert command("augment", config(), gold, "-s", gold.with_name("out"), "--force") == 0
    assert old.read_text() != "old\n"


@pytest.mark.parametrize("output", [".", "/", "runs/", str(QUICKSTART)])
def test_an_output_that_names_no_file_is_an_error(
    command: Command, config: Config, gold: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    assert command("augment", config(), gold, "-s", output) == 1
    assert f"error: --output is {output!r}; expected files' path" in capsys.readouterr().err


def test_a_folder_in_the_place_of_a_file_is_an_error(
    command: Command, config: Config, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold.with_name("out.conll").mkdir()
    assert command("augment", config(), gold, "-s", gold.with_name("out"), "--force") == 1
    assert "out.conll: cannot be written to; expected a file's path" in capsys.readouterr().err
    assert not gold.with_name("out.jsonl").exists()


def test_the_inputs_sentences_come_first_when_asked(
    command: Command, config: Config, gold: Path, tmp_path: Path
) -> None:
    assert command("augment", config(), gold, "-s", tmp_path / "alone") == 0
    assert command("augment", config(), gold, "-s", tmp_path / "whole", "--include-input") == 0
    whole, alone = lines(tmp_path / "whole.jsonl"), lines(tmp_path / "alone.jsonl")
    assert whole[-len(alone) :] == alone
    blocks = gold.read_text().strip().split("\n\n")
    assert len(whole) == len(blocks) + len(alone)
    assert [record["tokens"] for record in whole[: len(blocks)]] == [
        [line.split("\t")[0] for line in block.split("\n") if not line.startswith("# ")] for block in blocks
    ]
    assert "tag_distributions" not in whole[0]


def test_nothing_accepted_is_an_error_and_leaves_nothing(
    command: Command, config: Config, gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold.write_text("Anna\tO\nin\tO\nOslo\tO\n\nBerg\tO\nin\tO\nParis\tO\n")
    assert command("augment", config(), gold, "-s", tmp_path / "new" / "out", "--rate", "1") == 1
    assert f"error: {gold}: none of 2 wanted sentences was accepted; nothing is written" in capsys.readouterr().err
    assert files(tmp_path / "new") == []


def test_a_folder_is_no_configuration(command: Command, gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("augment", gold.parent, gold, "-s", gold.with_name("out")) == 1
    assert f"error: {gold.parent} is a folder; expected a configuration file" in capsys.readouterr().err


def test_the_input_is_never_replaced(
    command: Command, config: Config, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = gold.read_bytes()
    assert command("augment", config(), gold, "-s", gold.with_suffix(""), "--force") == 1
    assert f"{gold} is an input; choose another --output" in capsys.readouterr().err
    assert gold.read_bytes() == before


def test_an_output_that_cannot_be_written_is_said_first(
    command: Command, config: Config, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("augment", config(), gold, "-s", gold / "out") == 1
    assert f"error: {gold}: cannot be written" in capsys.readouterr().err


def test_as_a_user_types_it(tiny_encoder: str, tmp_path: Path) -> None:
    names = ["dataset_reader.token_indexers.tokens", "model.text_field_embedder.token_embedders.tokens"]
    changes = {f"{name}.model_name": tiny_encoder for name in names}
    changes = {**changes, "trainer.augmenter.discriminator": {"type": "accept_all"}}
    arguments = ["augment", "training_configs/quickstart.jsonnet", "data/quickstart/dev.conll"]
    prefix = str(tmp_path / "more")
    done = allennlp(*arguments, "--output", prefix, "--rate", "0.1", "--seed", "7", "-o", json.dumps(changes))
    assert done.returncode == 0, done.stderr
    gold = len((QUICKSTART / "dev.conll").read_text(encoding="utf-8").strip().split("\n\n"))
    assert f"accepted  {gold // 10} of {gold // 10} wanted sentences" in done.stdout
    assert " - INFO - " not in done.stderr.split("Plugin seqmix_plugin available")[-1]
    assert "Traceback" not in done.stderr
    assert len(read_both(tmp_path / "more")[0]) == gold // 10
