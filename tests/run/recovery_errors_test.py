"""What is said when a run goes on: every row of docs/errors.md, provoked."""

import json
import logging
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional

import pytest
import torch
from allennlp.common.checks import ConfigurationError
from allennlp.data import Vocabulary
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2, SmallGpt2Settings
from seqmix_plugin.commands.extend import extend
from seqmix_plugin.io.atomic import data_digest, file_digest, write_text
from seqmix_plugin.run.encoder_files import put_damaged_encoder_aside, save_encoder, save_vocabulary
from seqmix_plugin.run.layout import state_path
from seqmix_plugin.run.provenance import check_data, environment, warn_of_changes
from seqmix_plugin.run.query_scores import ScoreFiles
from seqmix_plugin.run.recovery import begin, read_saved
from seqmix_plugin.run.round_state import RoundState
from seqmix_plugin.run.writer import RunWriter
from seqmix_plugin.run_console import one_line_failures
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.trackers import RunTrackers
from seqmix_plugin.trackers.tensorboard import TensorboardTracker
from tests.errors_page import rows
from tests.faults.drill import in_process

CPU = torch.device("cpu")
SENTENCE = TaggedSentence("1", ("Oslo",), ("B-LOC",))
RECORD = {
    "round": 0,
    "annotated": {"sentences": 1, "tokens": 1, "entities": 1},
    "synthetic_in_training": 0,
    "scores": {},
    "augmentation": {},
    "queried": ["1"],
    "query_scores": [None],
    "seconds": {},
}


def one_round(folder: Path) -> None:
    """What a run of one round leaves."""
    run = RunWriter(folder, CPU)
    state = run.keep_members(RoundState(round=0), {"member_1": torch.nn.Linear(1, 1)})
    state = run.write_annotated(state, [SENTENCE]).model_copy(update={"record": dict(RECORD)})
    run.keep_round(state, torch.nn.Linear(1, 1))


def vocabulary(*labels: str) -> Vocabulary:
    vocab = Vocabulary.empty()
    vocab.add_tokens_to_namespace(labels, "labels")
    return vocab


def changed_data(folder: Path) -> None:
    for content in ("old", "new"):
        (folder / "train.conll").write_text(content)
        train = (str(folder / "train.conll"), lambda path: file_digest(Path(path)))
        check_data(folder, {"train_data_path": train}, vocabulary("O"))


def changed_model(folder: Path) -> None:
    (folder / "model").mkdir()
    (folder / "state").mkdir()
    blocks = {"trainer": {"augmenter": {"language_model": {"model_name": str(folder / "model")}}}}
    (folder / "config.json").write_text(json.dumps(blocks))
    for content in ("old", "new"):
        (folder / "model" / "pytorch_model.bin").write_text(content)
        check_data(folder, {}, vocabulary("O"))


def other_labels(folder: Path) -> None:
    for labels in (("O", "B-LOC"), ("B-LOC", "O")):
        check_data(folder, {}, vocabulary(*labels))


def no_state(folder: Path) -> None:
    (folder / "rounds.jsonl").write_text("{}\n")
    read_saved(folder)


def other_version(folder: Path) -> None:
    one_round(folder)
    body = {"version": 9}
    state_path(folder, 0).write_text(json.dumps({**body, "sha256": data_digest(body)}))
    read_saved(folder)


def link(folder: Path) -> None:
    (folder / "state").symlink_to(folder.parent)
    begin(folder)


def taken(folder: Path) -> None:
    held = begin(folder)
    (folder / "state" / "lock").unlink()
    write_text(folder / "rounds.jsonl", "")
    held.close()


def damaged_encoder(folder: Path) -> None:
    config = BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=9)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel({"a": 0})))
    save_encoder(BertModel(config), tokenizer, folder)
    (folder / "encoder" / "config.json").write_text("{}")
    put_damaged_encoder_aside(folder)


def other_vocabulary(folder: Path) -> None:
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / "labels (1).txt").touch()
    save_vocabulary(vocabulary("O"), folder)


def other_encoder(folder: Path) -> None:
    damaged_encoder(folder)
    (folder / "encoder").mkdir()
    save_encoder(BertModel(BertConfig(hidden_size=8, num_attention_heads=1)), None, folder)  # type: ignore[arg-type]


def too_large(folder: Path) -> None:
    with one_line_failures():
        SmallGpt2.fit([f"{number} sails to Oslo" for number in range(20)], SmallGpt2Settings(dimension=10**9), CPU)


def another_process(folder: Path) -> None:
    def try_it() -> None:
        try:
            begin(folder)
        except ConfigurationError as error:
            print(error.message)

    held = begin(folder)
    ended = in_process(try_it, folder / "log")
    held.close()
    raise ConfigurationError(ended.output.strip())


def damaged(folder: Path) -> None:
    one_round(folder)
    (folder / "annotated.jsonl").write_text("{}\n")
    read_saved(folder)


def missing(folder: Path) -> None:
    one_round(folder)
    (folder / "annotated.jsonl").unlink()
    read_saved(folder)


def lost(name: str) -> Callable[[Path], None]:
    def lose(folder: Path) -> None:
        one_round(folder)
        (folder / name).write_bytes(b"")
        run = RunWriter(folder, CPU)
        model = torch.nn.Linear(1, 1)
        if name == "best.th":
            assert not run.load_weights(run.saved.states[0], model)
        else:
            assert run.load_member("member_1", model) == -1

    return lose


def lost_scores(folder: Path) -> None:
    assert ScoreFiles(folder, [RoundState(round=1, all_scores="a")]).before(2, 1) == []


def language_model(digest: str, damage: bool) -> Callable[[Path], None]:
    def fit(folder: Path) -> None:
        texts = [f"{number} sails to Oslo" for number in range(20)]
        SmallGpt2.fit(texts, SmallGpt2Settings(num_layers=1, dimension=32, max_epochs=1), CPU).save(folder / "0", "a")
        if damage:
            (folder / "0" / "tokenizer.json").write_text("{}")
        assert SmallGpt2.load(folder / "0", digest) is None

    return fit


def damaged_note(folder: Path) -> None:
    (folder / "state").mkdir()
    (folder / "state" / "data.json").write_text("{")
    check_data(folder, {}, vocabulary("O"))


def damaged_trackers(folder: Path) -> None:
    (folder / "state").mkdir()
    (folder / "state" / "trackers.json").write_text("{")
    RunTrackers([TensorboardTracker()], folder).log([])


def environments(text: str) -> Callable[[Path], None]:
    def compare(folder: Path) -> None:
        (folder / "environment.json").write_text(text)
        warn_of_changes(folder / "environment.json", environment(CPU))

    return compare


def extending(
    sizes: object, num_rounds: int, more: Optional[List[int]] = None, key: str = "query_size", option: str = ""
) -> Callable[[Path], None]:
    def try_it(folder: Path) -> None:
        one_round(folder)
        state_path(folder, 1).write_bytes(state_path(folder, 0).read_bytes())
        trainer = {"num_rounds": 1, key: sizes}
        (folder / "config.json").write_text(json.dumps({"type": "active_learning", "trainer": trainer}))
        extend(str(folder), num_rounds=num_rounds, **{option or key: more})

    return try_it


def other_copy(folder: Path) -> None:
    one_round(folder)
    for path, seed in ((folder / "config.json", 13), (folder / "state" / "config.json", 12)):
        body = {"type": "active_learning", "seed": seed, "trainer": {"num_rounds": 0, "query_size": 5}}
        path.write_text(json.dumps(body), encoding="utf-8")
    extend(str(folder), num_rounds=3)


def test_another_list_of_namespaces_is_refused(tmp_path: Path) -> None:
    """AllenNLP reads one that has lost a line without a word, and it would get into the archive."""
    (tmp_path / "state").mkdir()
    check_data(tmp_path, {}, vocabulary("O"))
    with pytest.raises(ConfigurationError, match="vocabulary/non_padded_namespaces.txt is not what the run began with"):
        check_data(tmp_path, {}, Vocabulary(non_padded_namespaces=["*labels"], tokens_to_add={"labels": ["O"]}))


CASES: Dict[str, Callable[[Path], None]] = {
    "a data file that has changed since the run began": changed_data,
    "an encoder or a language model in a folder that has changed since the run began": changed_model,
    "labels in another number or order, or another list of namespaces": other_labels,
    "rounds without their state": no_state,
    "the state of another version": other_version,
    "links, pipes and devices in a run's folder": link,
    "a run folder in use by another process": another_process,
    "a folder that another start has taken over with `--force`, or that was removed": taken,
    "a damaged encoder, or one with missing or added files": damaged_encoder,
    "other files in `vocabulary/`, such as copies of a sync program, which AllenNLP would read as a part of it": (
        other_vocabulary
    ),
    "a configured encoder that has changed, where the run's own was damaged": other_encoder,
    "lack of memory": too_large,
    "a file that cannot be written: a full disk, no permission": lambda folder: write_text(folder / "no" / "x", ""),
    "damaged files, when the run resumes": damaged,
    "missing files, when the run resumes": missing,
    "lost weights": lost("best.th"),
    "lost weights of a committee's member": lost("state/member_1.th"),
    "lost or damaged scores of an earlier round, for `fluctuation_history`": lost_scores,
    "a damaged language model": language_model("a", damage=True),
    "a language model fitted to another text": language_model("b", damage=False),
    "a damaged record of the data files": damaged_note,
    "a damaged record of the trackers' runs": damaged_trackers,
    "other versions, another machine or number of threads": environments('{"versions": {}}'),
    "an environment that was not recorded": environments("{"),
    "`extend` of a folder that is not a run": lambda folder: extend(str(folder), num_rounds=1),
    "`extend` to fewer rounds": extending(5, 0),
    "`extend` with sizes that are not those of the new rounds": extending([5], 3, [5]),
    "`extend` with numbers of tokens that are not those of the new rounds": extending([5], 3, [5], "query_tokens"),
    "`extend` with sizes in another unit than the run's": extending([5], 3, [5, 5], "query_tokens", "query_size"),
    "`extend` with several sizes where the run has one for all rounds": extending(5, 3, [5, 5]),
    "a run whose `config.json` differs from the copy in `state/` in more than the rounds": other_copy,
}
ELSEWHERE = {
    "a checkpoint of the inner trainer that cannot be written",
    "a lost worker of a distributed run",
    "Ctrl-C and SIGTERM",
}
"""In tests/faults/faults_test.py, by runs."""
ROWS = {row.what: row for row in rows("Resuming a run")}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[List[str]]:
    """The warnings."""
    messages: List[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("seqmix_plugin").addHandler(handler)
    yield messages
    logging.getLogger("seqmix_plugin").removeHandler(handler)


def test_every_row_has_its_case() -> None:
    assert set(ROWS) == {*CASES, *ELSEWHERE}


@pytest.mark.parametrize("what", CASES)
def test_what_is_said(what: str, tmp_path: Path, told: List[str]) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    if ROWS[what].ends:
        with pytest.raises(ConfigurationError) as error:
            CASES[what](folder)
        assert ROWS[what].matches(str(error.value)), error.value
    else:
        CASES[what](folder)
        assert any(ROWS[what].matches(message) for message in told), told
