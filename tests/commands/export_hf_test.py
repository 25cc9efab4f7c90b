import json
import re
import shutil
import tarfile
from pathlib import Path
from typing import Any, List, Optional, Tuple

import pytest
import torch
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import Vocabulary
from allennlp.models import Model
from allennlp.models.archival import load_archive
from allennlp.predictors import Predictor
from tokenizers import Tokenizer
from tokenizers.decoders import Metaspace as MetaspaceDecoder
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from transformers import (
    AlbertConfig,
    AutoModel,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    PretrainedConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    pipeline,
)

from seqmix_plugin.commands.export_hf import check_equal, export_hf, to_transformers
from seqmix_plugin.commands.pipeline_agreement import compare_with_pipeline, tags_of_groups
from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.models import CrfHead, SequenceTagger
from seqmix_plugin.sentence import TaggedSentence
from tests.command_line_test import allennlp
from tests.commands.conftest import Command
from tests.conftest import LABELS, QUICKSTART


@pytest.fixture(scope="module")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "tagger"
    return export_hf(str(trained / "model.tar.gz"), output=str(folder), allow_differences=True)[0]


@pytest.fixture(scope="module")
def predictor(trained: Path) -> Predictor:
    return Predictor.from_archive(load_archive(trained))


def dev_sentences() -> List[List[str]]:
    blocks = (QUICKSTART / "dev.conll").read_text(encoding="utf-8").strip().split("\n\n")
    return [[line.split("\t")[0] for line in block.split("\n")] for block in blocks]


def test_the_folder_is_complete_and_knows_nothing_of_this_machine(exported: Path, tiny_encoder: str) -> None:
    config = json.loads((exported / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["BertForTokenClassification"]
    labels = sorted([*LABELS, "B-MISC", "I-MISC"])
    assert config["label2id"] == {label: index for index, label in enumerate(labels)}
    assert {int(index): label for index, label in config["id2label"].items()} == {
        index: label for label, index in config["label2id"].items()
    }
    assert config["classifier_dropout"] == 0.1
    assert {"model.safetensors", "tokenizer.json", "tokenizer_config.json"} <= {p.name for p in exported.iterdir()}
    assert len({path.stat().st_mode for path in exported.iterdir()}) == 1, "whoever may read one may read all"
    for path in exported.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert tiny_encoder not in text
        assert "/tmp" not in text
    assert json.loads((exported / "tokenizer_config.json").read_text())["model_max_length"] == 128
    assert [path.name for path in exported.parent.iterdir()] == ["tagger"], "nothing temporary is left"


def test_words_get_the_predictors_tags(exported: Path, predictor: Predictor) -> None:
    """All sentences of dev, word by word, by the first piece of each."""
    tokenizer = AutoTokenizer.from_pretrained(exported)
    model = AutoModelForTokenClassification.from_pretrained(exported).eval()
    sentences = dev_sentences()
    encoded = tokenizer(sentences, is_split_into_words=True, padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        best = model(**encoded).logits.argmax(-1).tolist()
    ours = predictor.predict_batch_json([{"tokens": words} for words in sentences])
    for row, (words, expected) in enumerate(zip(sentences, ours, strict=True)):
        word_ids = encoded.word_ids(row)
        theirs = [model.config.id2label[best[row][word_ids.index(number)]] for number in range(len(words))]
        assert theirs == expected["tags"]
    found = [tag for output in ours for tag in output["tags"]]
    assert len(set(found)) > 3, "the comparison is of more than O"


def test_the_pipeline_finds_the_same_entities_in_raw_text(exported: Path, predictor: Predictor) -> None:
    tagger = pipeline("token-classification", model=str(exported), aggregation_strategy="first")
    split = tagger.tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str
    # The tokenizer parts words at hyphens and full stops, where the tagger is given them whole.
    sentences = [words for words in dev_sentences() if [word for word, _ in split(" ".join(words))] == words]
    assert len(sentences) > 50
    ours = predictor.predict_batch_json([{"tokens": words} for words in sentences])
    assert sum(len(output["spans"]) for output in ours) > 20
    for words, output, entities in zip(sentences, ours, tagger([" ".join(w) for w in sentences]), strict=True):
        starts = [len(" ".join([*words[:number], ""])) for number in range(len(words))]
        expected: List[Tuple[str, int, int]] = [
            (span["label"], starts[span["start"]], starts[span["end"] - 1] + len(words[span["end"] - 1]))
            for span in output["spans"]
        ]
        assert [(e["entity_group"], e["start"], e["end"]) for e in entities] == expected


def test_a_runs_folder_and_its_archive_give_the_same(trained: Path, exported: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(trained, tmp_path / "run")
    (copy / "model.tar.gz").unlink()
    folder, agreement = export_hf(str(copy), allow_differences=True)
    assert agreement.words > 0
    assert folder == copy / "huggingface"
    assert {path.name for path in folder.iterdir()} == {path.name for path in exported.iterdir()}
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        assert (folder / name).read_bytes() == (exported / name).read_bytes()


def test_a_folder_that_is_not_empty_is_kept_unless_forced(
    command: Command, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("mine\n")
    assert command("export-hf", trained, "--output", tmp_path) == 1
    assert f"error: {tmp_path} is not empty; choose another --output, or --force" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert command("export-hf", trained, "--output", tmp_path, "--force", "--allow-differences") == 0
    printed = capsys.readouterr().out
    assert f'pipeline("token-classification", "{tmp_path}", aggregation_strategy="first")' in printed
    assert (tmp_path / "model.safetensors").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine\n"


def test_what_is_no_run_is_one_line(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.tar.gz").write_text("no archive")
    for source in (tmp_path / "nowhere", tmp_path / "model.tar.gz", tmp_path):
        assert command("export-hf", source) == 1
        assert f"error: {source}: no model could be loaded; expected a run's folder" in capsys.readouterr().err
    assert command("export-hf", tmp_path, "-s", tmp_path / "model.tar.gz") == 1
    assert "model.tar.gz is a file; expected a folder to write to" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["model.tar.gz"]


def test_other_heads_are_refused(tagger: SequenceTagger) -> None:
    tagger.head = CrfHead(LABELS)
    with pytest.raises(ConfigurationError, match="exports softmax heads only; this tagger has a CrfHead"):
        to_transformers(tagger)


def tagger_with(embedder: Any) -> SequenceTagger:
    vocab = Vocabulary.empty()
    vocab.add_tokens_to_namespace(LABELS, "labels")
    embedders = {"token_embedders": {"tokens": embedder}}
    model: Any = Model.from_params(Params({"type": "sequence_tagger", "text_field_embedder": embedders}), vocab=vocab)
    return model


SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


@pytest.mark.parametrize(
    "config",
    [
        DistilBertConfig(dim=32, n_layers=2, n_heads=2, hidden_dim=64),
        ElectraConfig(embedding_size=16, **SMALL),
        RobertaConfig(pad_token_id=0, **SMALL),
        AlbertConfig(embedding_size=16, **SMALL),
        DebertaV2Config(relative_attention=True, pos_att_type=["c2p", "p2c"], **SMALL),
    ],
    ids=lambda config: config.model_type,
)
def test_other_encoders_are_exported(tiny_encoder: str, tmp_path: Path, config: PretrainedConfig) -> None:
    folder = str(shutil.copytree(tiny_encoder, tmp_path / "encoder"))
    torch.manual_seed(0)
    config.vocab_size = len(AutoTokenizer.from_pretrained(tiny_encoder))
    AutoModel.from_config(config).save_pretrained(folder)
    embedder = {"type": "pretrained_transformer_mismatched", "model_name": folder, "sub_token_mode": "first"}
    model = tagger_with(embedder)
    check_equal(model, ConllColumnsReader({"tokens": WordPieceIndexer(folder)}), to_transformers(model))


def test_averaged_pieces_are_refused(tiny_encoder: str) -> None:
    embedder = {"type": "pretrained_transformer_mismatched", "model_name": tiny_encoder, "sub_token_mode": "avg"}
    with pytest.raises(ConfigurationError, match="sub_token_mode is 'avg'; token classifiers .* 'first'"):
        to_transformers(tagger_with(embedder))


def test_a_tagger_without_a_transformer_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="this tagger's embedder has none"):
        to_transformers(tagger_with({"type": "embedding", "embedding_dim": 4, "num_embeddings": 10}))


def test_an_unknown_architecture_is_refused(tagger: SequenceTagger) -> None:
    assert tagger.encoder is not None
    tagger.encoder.config.is_decoder = True
    tagger.encoder.config.num_hidden_layers = 1
    with pytest.raises(ConfigurationError, match="a 'bert' encoder does not fit into a token classifier"):
        to_transformers(tagger)


def test_a_classifier_of_another_shape_is_refused(tagger: SequenceTagger) -> None:
    tagger.tag_projection = torch.nn.Linear(64, len(LABELS))
    with pytest.raises(ConfigurationError, match=re.escape("no classifier of one linear layer of shape (7, 64)")):
        to_transformers(tagger)


def test_a_tokenizer_with_pieces_that_the_encoder_lacks_is_an_error(
    command: Command, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tarfile.open(trained / "model.tar.gz") as archive:
        archive.extractall(tmp_path / "archive", filter="data")
    tokenizer = tmp_path / "archive" / "encoder" / "tokenizer.json"
    content = json.loads(tokenizer.read_text(encoding="utf-8"))
    content["model"]["vocab"]["a"] = 99999
    tokenizer.write_text(json.dumps(content), encoding="utf-8")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "archive", ".")
    assert command("export-hf", tmp_path / "model.tar.gz") == 1
    assert "has a word piece 99999, but the encoder's last is " in capsys.readouterr().err


def test_a_difference_is_an_error(tagger: SequenceTagger, reader: ConllColumnsReader) -> None:
    exported = to_transformers(tagger)
    check_equal(tagger, reader, exported)
    with torch.no_grad():
        exported.classifier.bias[0] += 0.01
    with pytest.raises(ConfigurationError, match="differs from the tagger by 0.0.* in a log-probability"):
        check_equal(tagger, reader, exported)


def part_words(run: Path) -> None:
    """A run's tagger and sentences become such that the parts of a word get different tags."""
    weights = torch.load(run / "best.th", weights_only=True)
    projection = weights["tag_projection.weight"]
    weights["tag_projection.weight"] = torch.randn(projection.shape, generator=torch.Generator().manual_seed(0))
    torch.save(weights, run / "best.th")
    shutil.rmtree(run / "state")  # which has the digest of others
    words = [word for words in dev_sentences() for word in words]
    rows = [["-".join(words[n : n + 3]), "/".join(words[n + 3 : n + 6]), "sings"] for n in range(0, 60, 6)]
    lines = (json.dumps({"id": str(n), "tokens": row, "tags": ["O"] * 3}) for n, row in enumerate(rows))
    (run / "annotated.jsonl").write_text("".join(f"{line}\n" for line in lines))


def test_the_pipeline_is_asked_for_the_same_tags(
    command: Command, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a word that the tokenizer parts at punctuation, the pipeline labels each part by itself."""
    run = shutil.copytree(trained, tmp_path / "run")
    (run / "model.tar.gz").unlink()
    annotated = run / "annotated.jsonl"
    annotated.write_text(json.dumps({"id": "1", "tokens": ["Anna", "sings"], "tags": ["O", "O"]}) + "\n")
    assert command("export-hf", run) == 0
    said = f"the pipeline gives 2 of 2 words (100 %) in 1 sentences of {annotated} the tagger's tags"
    assert said in capsys.readouterr().out
    shutil.rmtree(run / "huggingface")

    part_words(run)
    assert command("export-hf", run) == 1
    error = " ".join(capsys.readouterr().err.split())
    assert re.search(r"nothing is written, as the pipeline gives \d+ of 30 words \([\d.]+ %\) in 10 sentences", error)
    assert "at punctuation or after a lone '▁', such as" in error
    assert error.endswith("--allow-differences writes it")
    assert not (run / "huggingface").exists()
    assert command("export-hf", run, "--allow-differences") == 0
    assert "of 30 words" in capsys.readouterr().out
    assert (run / "huggingface" / "model.safetensors").exists()


TEXT = TaggedSentence("1", ("Anna", "Berg-Ås", "sings", "!"), spaces=(" ", " ", "", ""))
"""As the text "Anna Berg-Ås sings!"."""


@pytest.mark.parametrize(
    ("groups", "tags"),
    [
        ([("PER", 0, 12)], ["B-PER", "I-PER", "O", "O"]),
        ([("PER", 0, 4), ("PER", 4, 12)], ["B-PER", "B-PER", "O", "O"]),  # the second with the space in front of it
        ([("PER", 0, 9)], ["B-PER", None, "O", "O"]),
        ([("PER", 5, 9), ("PER", 9, 12)], ["O", None, "O", "O"]),
        ([("PER", 9, 12)], ["O", None, "O", "O"]),
        ([("LOC", 4, 5), ("PER", 5, 12)], ["O", "B-PER", "O", "O"]),  # a lone space
        ([("ORG", 13, 19)], ["O", "O", "B-ORG", "I-ORG"]),
        ([("PER", None, None)], [None] * 4),
    ],
)
def test_what_the_pipeline_says_of_each_word(groups: List[Tuple[str, int, int]], tags: List[Optional[str]]) -> None:
    found = [{"entity_group": label, "start": start, "end": end} for label, start, end in groups]
    assert tags_of_groups(found, TEXT) == tags


def test_a_sentencepiece_tokenizers_lone_space_is_counted(tmp_path: Path) -> None:
    """Like DeBERTa-v2's and XLM-R's: the pipeline takes the piece '▁' for a word of its own."""
    pieces = [
        ("[UNK]", 0.0),
        ("▁", -1.0),
        *((piece, -2.0) for piece in ("▁Anna", "sings", "Oslo", "▁in", "▁a", "▁b")),
    ]
    backend = Tokenizer(Unigram(pieces, unk_id=0))
    backend.pre_tokenizer = Metaspace()
    backend.decoder = MetaspaceDecoder()
    PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]").save_pretrained(tmp_path / "encoder")
    torch.manual_seed(0)
    AutoModel.from_config(AlbertConfig(len(pieces), embedding_size=16, **SMALL)).save_pretrained(tmp_path / "encoder")
    embedder = {"type": "pretrained_transformer_mismatched", "model_name": str(tmp_path / "encoder")}
    model = tagger_with({**embedder, "sub_token_mode": "first"})
    reader = ConllColumnsReader({"tokens": WordPieceIndexer(str(tmp_path / "encoder"))})
    assert reader.word_pieces is not None
    reader.word_pieces.tokenizer.save_pretrained(tmp_path / "exported")
    rows = [{"id": "1", "tokens": ["Anna", "sings", "in", "Oslo"]}, {"id": "2", "tokens": ["Anna", "in"]}]
    (tmp_path / "annotated.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with torch.no_grad():  # each piece has a tag of its own
        model.tag_projection.weight.normal_(generator=torch.Generator().manual_seed(1))
    to_transformers(model).save_pretrained(tmp_path / "exported")
    agreement = compare_with_pipeline(model, reader, str(tmp_path / "exported"), tmp_path)
    assert (agreement.sentences, agreement.words) == (2, 6)
    assert agreement.differing > 0
    assert "in 'Anna sings in Oslo'" in agreement.example
    file = tmp_path / "exported" / "tokenizer.json"
    content = json.loads(file.read_text())
    content["model"]["vocab"][2:2] = [["zzz", -9.0]] * 8  # the others are then beyond the encoder's
    file.write_text(json.dumps(content))
    with pytest.raises(
        ConfigurationError, match="the pipeline of transformers cannot tag 'Anna sings in Oslo'.*index out of range"
    ):
        compare_with_pipeline(model, reader, str(tmp_path / "exported"), tmp_path)


def test_a_run_that_was_never_trained_is_refused(
    command: Command, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(trained, tmp_path / "run")
    (copy / "rounds.jsonl").write_text("")
    assert command("export-hf", copy) == 1
    assert "no round of this run has been trained; its model has learned nothing" in capsys.readouterr().err
    assert not (copy / "huggingface").exists()


def test_as_a_user_types_it(trained: Path, tmp_path: Path) -> None:
    options = ("--output", str(tmp_path / "tagger"), "--allow-differences")
    done = allennlp("export-hf", str(trained / "model.tar.gz"), *options)
    assert done.returncode == 0, done.stderr
    assert f"wrote {tmp_path / 'tagger'}; the pipeline gives" in done.stdout
    assert "Traceback" not in done.stderr
    assert len(AutoModelForTokenClassification.from_pretrained(tmp_path / "tagger").config.id2label) == 9
