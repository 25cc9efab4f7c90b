"""Archives and run folders of somebody else: what they hold is looked at, and nothing of it is run."""

import gzip
import io
import json
import pickle
import re
import shutil
import tarfile
from pathlib import Path
from typing import Any, Callable, Dict, Tuple

import pytest
import torch
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.common.params import with_overrides
from allennlp.models import load_archive

from seqmix_plugin.archives import load_tagger, unpack
from seqmix_plugin.augmenters.language_models import PretrainedLanguageModel
from seqmix_plugin.commands.export_hf import export_hf
from tests.active_learning.conftest import small_config
from tests.commands.conftest import Command


class Payload:
    """What a pickle runs when it is read as it stands: it writes a file."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __reduce__(self) -> Tuple[Any, ...]:
        return exec, (f"open({self._path!r}, 'w').write('pwned')",)


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of a run's folder, without its archive."""
    folder = shutil.copytree(trained, tmp_path / "run")
    (folder / "model.tar.gz").unlink()
    return folder


def packed(run: Path, path: Path, add: Callable[[tarfile.TarFile], None] = lambda archive: None) -> Path:
    """An archive of a run as AllenNLP packs it, and whatever is added."""
    with tarfile.open(path, "w:gz") as archive:
        for name in ("config.json", "vocabulary", "meta.json", "encoder"):
            archive.add(run / name, arcname=name)
        archive.add(run / "best.th", arcname="weights.th")
        add(archive)
    return path


def test_what_a_run_leaves_is_loaded(run: Path, tmp_path: Path) -> None:
    for source in (run, packed(run, tmp_path / "model.tar.gz")):
        model, reader = load_tagger(str(source))
        assert model.head.labels
        assert reader.word_pieces is not None


@pytest.mark.parametrize("protocol", ["torch", "pickle"])
def test_weights_that_are_a_pickle_with_a_payload_are_not_run(
    command: Command, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], protocol: str
) -> None:
    mark = tmp_path / "pwned"
    weights = {"weight": torch.ones(1), "payload": Payload(mark)}
    if protocol == "torch":
        torch.save(weights, run / "best.th")
    else:
        (run / "best.th").write_bytes(pickle.dumps(weights))
    archive = packed(run, tmp_path / "model.tar.gz")
    for source in (run, archive):
        assert command("export-hf", source, "-s", tmp_path / "out") == 1
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert line == f"error: {source}: its weights are no plain tensors, and nothing else is loaded"
        with pytest.raises(pickle.UnpicklingError):  # AllenNLP's own commands are as careful here
            load_archive(source)
    assert not mark.exists()
    assert not (tmp_path / "out").exists()
    pickle.loads(pickle.dumps(Payload(mark)))  # the payload is one
    assert mark.read_text() == "pwned"


def test_weights_of_encoders_and_language_models_are_not_run(tiny_encoder: str, tiny_gpt2: str, tmp_path: Path) -> None:
    """Where a folder has no safetensors, transformers reads a pickle, and tensors only."""
    mark = tmp_path / "pwned"
    folders = [shutil.copytree(folder, tmp_path / Path(folder).name) for folder in (tiny_encoder, tiny_gpt2)]
    for folder in folders:
        (folder / "model.safetensors").unlink()
        torch.save({"weight": Payload(mark)}, folder / "pytorch_model.bin")
    encoder, language_model = map(str, folders)
    names = ["dataset_reader.token_indexers.tokens", "model.text_field_embedder.token_embedders.tokens"]
    config = small_config(tiny_encoder, **{f"{name}.model_name": encoder for name in names})
    with pytest.raises(ConfigurationError, match="model: .*encoder cannot be loaded .*pytorch_model.bin"):
        train_model(Params(config), str(tmp_path / "out"))
    with pytest.raises(ConfigurationError, match="expected a causal language model, .*pytorch_model.bin"):
        PretrainedLanguageModel(language_model)
    assert not mark.exists()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        content = b"written" if kind == tarfile.REGTYPE else b""
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))

    return add


OUTSIDE = "is outside of the archive's folder, or a link to there"
MEMBERS = {
    "above": (member("../evil"), "'../evil' " + OUTSIDE),
    "above, later": (member("encoder/../../evil"), "'encoder/../../evil' " + OUTSIDE),
    "absolute": (member("/evil"), "'/evil' has an absolute path, outside of the archive's folder"),
    "symbolic link": (member("config", tarfile.SYMTYPE, "config.json"), "'config' is a symbolic link"),
    "hard link": (member("evil", tarfile.LNKTYPE, "../../etc/passwd"), "'evil' " + OUTSIDE),
    "device": (member("evil", tarfile.CHRTYPE), "'evil' is neither a file nor a folder"),
    "pipe": (member("evil", tarfile.FIFOTYPE), "'evil' is neither a file nor a folder"),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_members_that_would_leave_the_folder_are_refused(
    command: Command, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    add, message = MEMBERS[name]
    archive = packed(run, tmp_path / "model.tar.gz", add)
    assert command("export-hf", archive, "-s", tmp_path / "out") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line == f"error: {archive}: {message}"
    assert not list(tmp_path.rglob("evil"))


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("weights.th")
    info.size = 2**60
    (tmp_path / "model.tar.gz").write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + b"0" * 1024))
    with pytest.raises(ConfigurationError, match="it: 'weights.th' is larger than the disk has room for"):
        unpack("it", str(tmp_path / "model.tar.gz"), str(tmp_path))


def argv(mark: Path) -> Dict[str, Any]:
    return {"type": "subprocess.Popen", "args": ["touch", str(mark)]}


TOKENIZER = "dataset_reader.token_indexers.tokens.tokenizer_kwargs"
EMBEDDER = "model.text_field_embedder.token_embedders.tokens"
CONFIGURATIONS: Dict[str, Tuple[Callable[[Path], Dict[str, Any]], str]] = {
    "a class to import": (
        lambda mark: {"model": argv(mark)},
        "config.json: model.type is 'subprocess.Popen'; expected one of ",
    ),
    "a class to import, inside": (
        lambda mark: {EMBEDDER: argv(mark)},
        f"config.json: {EMBEDDER}.type is 'subprocess.Popen'; expected one of ",
    ),
    "a class to import, as a word": (
        lambda mark: {"dataset_reader": "os.getcwd"},
        "config.json: dataset_reader.type is 'os.getcwd'; expected one of ",
    ),
    "another archive": (
        lambda mark: {"model": {"type": "from_archive", "archive_file": "other.tar.gz"}},
        "config.json: model.type is 'from_archive', which would load another archive",
    ),
    "another archive's weights": (
        lambda mark: {
            "model.initializer": {"regexes": [["x", {"type": "pretrained", "weights_file_path": "other.tar.gz"}]]}
        },
        "config.json: model.initializer.regexes.0.1.type is 'pretrained', which would load another archive",
    ),
    "another archive's part": (
        lambda mark: {TOKENIZER: {"_pretrained": {"archive_file": "other.tar.gz", "module_path": "x"}}},
        "config.json: has the key '_pretrained', by which other code would be run",
    ),
    "code of a model": (
        lambda mark: {f"{EMBEDDER}.transformer_kwargs": {"trust_remote_code": True}},
        "config.json: has the key 'trust_remote_code', by which other code would be run",
    ),
    "a class to import as vocabulary": (
        lambda mark: {"vocabulary": argv(mark)},
        "config.json: vocabulary.type is 'subprocess.Popen'; expected one of ",
    ),
    "a class to import as vocabulary, as a word": (
        lambda mark: {"vocabulary": "os.getcwd"},
        "config.json: vocabulary.type is 'os.getcwd'; expected one of ",
    ),
    "a class to import as reader of the dev file": (
        lambda mark: {"validation_dataset_reader": argv(mark)},
        "config.json: validation_dataset_reader.type is 'subprocess.Popen'; expected one of ",
    ),
    "another archive's vocabulary": (
        lambda mark: {"vocabulary": {"_pretrained": {"archive_file": "other.tar.gz", "module_path": "x"}}},
        "config.json: has the key '_pretrained', by which other code would be run",
    ),
    "a package to import": (
        lambda mark: {
            "dataset_reader": {
                "type": "plain_text",
                "tokenizer": {"type": "spacy", "language": "antigravity"},
                "token_indexers": {"tokens": {"type": "single_id"}},
            }
        },
        "config.json: language is 'antigravity'; expected an installed model of spaCy",
    ),
    "an address": (
        lambda mark: {"dataset_reader.token_indexers.tokens.model_name": "http://127.0.0.1:9/x"},
        "config.json: model_name is 'http://127.0.0.1:9/x', which is not in the archive",
    ),
    "a file": (
        lambda mark: {TOKENIZER: {"vocab_file": "/etc/passwd"}},
        "config.json: tokenizer_kwargs is {'vocab_file': '/etc/passwd'}, which is not in the archive",
    ),
    "another kind of model": (
        lambda mark: {"model.type": "simple_tagger", "model.encoder": {"type": "pass_through", "input_dim": 32}},
        "config.json: model.type is 'simple_tagger'; expected a SequenceTagger",
    ),
    "another kind of reader": (
        lambda mark: {"dataset_reader": {"type": "sequence_tagging"}},
        "config.json: dataset_reader.type is 'sequence_tagging'; expected a SentenceReader",
    ),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_configuration_that_names_code_is_refused(run: Path, tmp_path: Path, name: str) -> None:
    changes, message = CONFIGURATIONS[name]
    path = run / "config.json"
    config = json.loads(path.read_text())
    config["model"].pop("dropout")
    path.write_text(json.dumps(with_overrides(config, changes(tmp_path / "pwned"))))
    for source in (run, packed(run, tmp_path / "model.tar.gz")):
        with pytest.raises(ConfigurationError, match=re.escape(f"{source}, {message}")):
            load_tagger(str(source))
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("file_name", "key", "value", "message"),
    [
        (
            "tokenizer_config.json",
            "auto_map",
            {"AutoTokenizer": ["evil.Evil", None]},
            "has the key 'auto_map', by which",
        ),
        ("config.json", "auto_map", {"AutoModel": "evil.Evil"}, "has the key 'auto_map', by which"),
        ("config.4.0.0.json", "auto_map", {"AutoModel": "evil.Evil"}, "has the key 'auto_map', by which"),
        ("inner/config.json", "auto_map", {"AutoModel": "evil.Evil"}, "has the key 'auto_map', by which"),
        (
            "tokenizer_config.json",
            "tokenizer_class",
            "RagRetriever",
            "tokenizer_class is 'RagRetriever'; expected a tok",
        ),
        ("config.json", "tokenizer_class", "Trainer", "tokenizer_class is 'Trainer'; expected a tok"),
        ("xconfig.1.0.json.old", "tokenizer_class", "Trainer", "tokenizer_class is 'Trainer'; expected a tok"),
        ("config.json", "configuration_files", ["../config.1.0.json"], "configuration_files is \\['../config"),
        ("tokenizer_config.json", "fast_tokenizer_files", ["/x/tokenizer.1.0.json"], "fast_tokenizer_files is \\['/x/"),
        ("tokenizer_config.json", "tokenizer_file", "/etc/passwd", "tokenizer_file is '/etc/passwd', by which other"),
        ("tokenizer_config.json", "vocab_file", "setup.py", "vocab_file is 'setup.py', by which other files would be"),
        ("tokenizer_config.json", "init_inputs", ["/etc/passwd"], "init_inputs is \\['/etc/passwd'\\], by which other"),
        ("special_tokens_map.json", "tokenizer_file", "/etc/passwd", "tokenizer_file is '/etc/passwd', by which other"),
    ],
)
def test_code_that_the_encoder_brings_is_refused(run: Path, file_name: str, key: str, value: Any, message: str) -> None:
    path = run / "encoder" / file_name
    path.parent.mkdir(exist_ok=True)
    config = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**config, key: value}))
    with pytest.raises(ConfigurationError, match=f"encoder/{file_name}: {message}"):
        load_tagger(str(run))


def test_files_that_an_encoder_names_of_its_own_are_none_elsewhere(run: Path, tmp_path: Path) -> None:
    path = run / "encoder" / "tokenizer_config.json"
    own = {"special_tokens_map_file": "/gone/special_tokens_map.json", "fast_tokenizer_files": ["tokenizer.json"]}
    path.write_text(json.dumps({**json.loads(path.read_text()), **own, "tokenizer_file": None, "init_inputs": []}))
    assert load_tagger(str(packed(run, tmp_path / "model.tar.gz")))[0].head.labels


def test_code_of_an_encoder_elsewhere_is_not_run_and_nobody_is_asked(
    run: Path, tmp_path: Path, tiny_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive without an encoder's folder names one; transformers would ask whether to run its code."""
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    elsewhere, mark = shutil.copytree(tiny_encoder, tmp_path / "elsewhere"), tmp_path / "pwned"
    config = json.loads((elsewhere / "config.json").read_text())
    code = {"auto_map": {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}, "model_type": "evil"}
    (elsewhere / "config.json").write_text(json.dumps({**config, **code}))
    (elsewhere / "evil.py").write_text(f"open({str(mark)!r}, 'w').write('pwned')")
    shutil.rmtree(run / "encoder")
    path = run / "config.json"
    names = ["dataset_reader.token_indexers.tokens", EMBEDDER]
    changes = {f"{name}.model_name": str(elsewhere) for name in names}
    path.write_text(json.dumps(with_overrides(json.loads(path.read_text()), changes)))
    with pytest.raises(ConfigurationError, match="trust_remote_code"):
        load_tagger(str(run))
    assert not mark.exists()


def test_keys_that_name_nothing_of_the_model_are_plain_data(run: Path, tmp_path: Path) -> None:
    """What a run's other keys name, loading has no use for: nothing of it is imported, and nothing of it is refused."""
    path = run / "config.json"
    config = json.loads(path.read_text())
    changes = {"trainer.oracle": argv(tmp_path / "pwned"), "data_loader": argv(tmp_path / "pwned")}
    embedder = {f"{EMBEDDER}.override_weights_file": str(tmp_path / "gone.th")}
    path.write_text(json.dumps(with_overrides(config, {**changes, **embedder, "extra": "${PATH}"})))
    for source in (run, packed(run, tmp_path / "model.tar.gz")):
        assert load_tagger(str(source))[0].head.labels
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("local x = importstr '/etc/passwd'; {model: x}", "config.json: cannot be read (Expecting value"),
        ('{"model": {}, "model": {}}', "config.json: cannot be read (the key 'model' stands twice in an object)"),
        ("[" * 5000, "config.json: cannot be read (nested more than 100 deep)"),
        ("[]", "config.json: holds no object"),
    ],
)
def test_a_configuration_is_plain_json(run: Path, tmp_path: Path, text: str, message: str) -> None:
    (run / "config.json").write_text(text)
    for source in (run, packed(run, tmp_path / "model.tar.gz")):
        with pytest.raises(ConfigurationError, match=re.escape(f"{source}, {message}")):
            load_tagger(str(source))


def test_a_link_in_a_runs_folder_leads_nowhere(run: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (run / "huggingface").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="huggingface is a link to another place; choose one with --output"):
        export_hf(str(run))
    assert not list((tmp_path / "elsewhere").iterdir())
