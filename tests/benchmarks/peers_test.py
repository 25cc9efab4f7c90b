"""The comparison with other packages, without their environments."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from benchmarks import report
from benchmarks.data import Corpus, find_corpus
from benchmarks.peers import measuring, page
from benchmarks.peers.__main__ import main
from benchmarks.peers.job import f1, parts, read, settings, write_files
from benchmarks.peers.measuring import Run, measure, plan
from benchmarks.peers.peer import OURS, PEERS, REQUIREMENTS, driver_of, make_environment, python_of
from seqmix_plugin.sentence import TaggedSentence
from tests.benchmarks.report_test import CONDITIONS

IOB1 = "EU I-ORG\nrejects O\n\nPeter I-PER\nBlackburn I-PER\n\nLondon I-LOC\nParis B-LOC\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return find_corpus(tmp_path, tmp_path, quick=True)


def run(package: str, head: str, repeat: int, training: float, query: float, **changes: Any) -> Dict[str, Any]:
    """A stored run that queried sentences 0, 1 and 2."""
    measured = {"training": training, "query": query, "f1": 0.5, "queried": [0, 1, 2], "versions": {package: "1.0"}}
    return {"package": package, "head": head, "repeat": repeat, **measured, **changes}


def test_files_hold_words_and_bio_tags(tmp_path: Path) -> None:
    source = tmp_path / "iob1.conll"
    source.write_text(IOB1, encoding="utf-8")
    paths = write_files({"seed": read(source, "IOB1")}, tmp_path)
    text = Path(paths["seed"]).read_text(encoding="utf-8")
    assert text == "EU B-ORG\nrejects O\n\nPeter B-PER\nBlackburn I-PER\n\nLondon B-LOC\nParis B-LOC\n"
    assert [sentence.tags for sentence in read(Path(paths["seed"]), "BIO")] == [
        ("B-ORG", "O"),
        ("B-PER", "I-PER"),
        ("B-LOC", "B-LOC"),
    ]


def test_seed_set_and_pool_are_other_sentences_and_always_the_same(corpus: Corpus) -> None:
    found = parts(corpus)
    train = read(corpus.train, corpus.scheme)
    seed, pool, dev = ({sentence.tokens for sentence in found[name]} for name in ("seed", "pool", "dev"))
    distinct = {sentence.tokens for sentence in train} - dev
    assert (len(seed), len(pool)) == (200, min(500, len(distinct) - 200))
    assert len(found["pool"]) == len(pool)
    assert not seed & (pool | dev)
    assert not pool & dev
    assert found["dev"] == read(corpus.dev, corpus.scheme)[:500]
    assert parts(corpus) == found


def test_f1_is_that_of_entities() -> None:
    """One of two predicted entities is right, of two: a precision and a recall of a half. A word that was cut is O."""
    dev = [TaggedSentence("0", ("a", "b"), ("B-PER", "I-PER")), TaggedSentence("1", ("c", "d"), ("B-LOC", "O"))]
    assert f1(dev, [["B-PER", "O"], ["B-LOC"]]) == pytest.approx(0.5)
    assert f1(dev, [["B-PER", "I-PER"], ["B-LOC", "O"]]) == 1


def test_ours_runs_once_a_head_and_the_order_alternates() -> None:
    first = [(OURS, "softmax"), ("flair", "softmax"), ("acleto", "softmax"), (OURS, "crf"), ("seqal", "crf")]
    assert [one[:2] for one in plan(2, list(PEERS))] == first + first[::-1]
    assert plan(1, ["seqal"]) == [Run(OURS, "crf", 1), Run("seqal", "crf", 1)]


def test_a_run_that_is_stored_is_not_done_again(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """The second run fails the first time; it alone is done the second time."""
    path, done = tmp_path / "results" / "peers.json", []

    def drive(one: Run, job: Dict[str, Any], scratch: Path) -> Dict[str, Any]:
        done.append(one.package)
        if done == [OURS, "flair"]:
            raise RuntimeError("flair: killed")
        assert (job["head"], job["epochs"], job["seed"]) == (one.head, 2, one.repeat)
        tags: List[List[str]] = [list(sentence.tags or ()) for sentence in read(Path(job["files"]["dev"]), "BIO")]
        return {"training": 1.234, "query": 0.5, "queried": [3, 1], "tags": tags, "versions": {one.package: "1.0"}}

    monkeypatch.setattr(measuring, "drive", drive)
    arguments = (corpus, Path("encoder"), CONDITIONS, 2, plan(1, ["flair"]), path)
    with pytest.raises(RuntimeError, match="killed"):
        measure(*arguments)
    measure(*arguments)
    assert done == [OURS, "flair", "flair"]
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert [one["package"] for one in stored["runs"]] == [OURS, "flair"]
    expected = {"training": 1.23, "query": 0.5, "f1": 1.0, "queried": [1, 3], "versions": {"flair": "1.0"}}
    assert stored["runs"][1] == {"package": "flair", "head": "softmax", "repeat": 1, **expected}
    assert "flair, a linear head, 1: training 1.2 s of CPU, query 0.5 s, F1 100.0" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"--epochs is 3; peers.json has runs of 2: resume them or remove it"):
        measure(*arguments[:3], 3, *arguments[4:])


def test_a_driver_is_a_process_and_its_failure_shows_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "driver.py"
    script.write_text(
        "import json, os, sys\njob = json.load(open(sys.argv[1]))\nassert os.environ['OMP_NUM_THREADS'] == '1'\n"
        "assert job['head'] == 'crf', 'no CRF'\njson.dump({'folder': os.getcwd()}, open(sys.argv[2], 'w'))\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(measuring, "driver_of", lambda name: script)
    job = settings({}, Path("encoder"), "crf", 1, 1, Path("output"))
    assert measuring.drive(Run(OURS, "crf", 1), job, tmp_path / "one") == {"folder": str(tmp_path / "one")}
    with pytest.raises(RuntimeError, match=r"seqmix_plugin: [\s\S]*AssertionError: no CRF"):
        measuring.drive(Run(OURS, "softmax", 1), {**job, "head": "softmax"}, tmp_path / "two")


def test_rows_are_ratios_of_the_same_repetition(tmp_path: Path) -> None:
    """Twice and half as long: once in the geometric mean. 3 of 3 and 1 of 3 sentences in common: 2 of them."""
    runs = [
        run(OURS, "softmax", 1, 10.0, 1.0, f1=0.6),
        run("flair", "softmax", 1, 20.0, 3.0, f1=0.4),
        run("flair", "softmax", 2, 5.0, 3.0, f1=0.5, queried=[2, 7, 8]),
        run(OURS, "softmax", 2, 10.0, 1.0, f1=0.8),
        run("flair", "softmax", 3, 99.0, 9.0),
    ]
    pairs = page.paired(runs, "flair")
    training, query = page.rows("flair", pairs)
    assert training[:2] == ["training, a linear head", "flair 1.0"]
    assert training[2].startswith("1 × [")
    assert training[3:] == ["10", "12.5", "F1 70.0", "F1 45.0"]
    assert query == ["query, a linear head", "flair 1.0", "3 × [3, 3]", "1", "3", "–", "2 in common"]
    stored = {"conditions": CONDITIONS, "epochs": 2, "runs": runs}
    (tmp_path / "peers.json").write_text(measuring.one_run_a_line(stored), encoding="utf-8")
    text = report.page(tmp_path)
    assert "| query, a linear head | flair 1.0 | 3 × [3, 3] | 1 | 3 | – | 2 in common |" in text
    assert "measured 2 times." in text
    assert "acleto" not in text.partition("## Peers")[2]
    assert "measured once" in page.rows("flair", pairs[:1])[0][2]


@pytest.mark.parametrize("name", PEERS)
def test_each_peer_has_a_driver_and_pinned_requirements(name: str) -> None:
    assert driver_of(name).is_file()
    lines = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert all("==" in line for line in lines)
    assert any(line.startswith(f"{name}==") for line in lines)


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: List[List[str]] = []
    monkeypatch.setattr("benchmarks.peers.peer.ENVIRONMENTS", tmp_path)
    monkeypatch.setattr("subprocess.run", lambda command, **settings: commands.append(command))
    for folder in ("flair", "flair"):
        (tmp_path / folder).mkdir(exist_ok=True)
        make_environment(folder)
    assert [command[1:3] for command in commands] == [["venv", "--quiet"], ["pip", "install"]]
    assert python_of("flair") == tmp_path / "flair" / "bin" / "python"


@pytest.mark.parametrize("option", ["--repeats", "--epochs"])
def test_mistakes_on_the_command_line(option: str) -> None:
    with pytest.raises(SystemExit, match=f"{option} is 0; expected 1 or more"):
        main([option, "0"])
