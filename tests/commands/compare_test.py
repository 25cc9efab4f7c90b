"""`seqmix compare`, called as `allennlp` calls it."""

import csv
from pathlib import Path
from typing import Any, Dict

import pytest

from seqmix_plugin.charts import rendering
from seqmix_plugin.commands.paper_files import PaperFiles, parsed_names
from seqmix_plugin.reporting.comparison import Comparison
from seqmix_plugin.reporting.run_groups import find_runs, group_runs
from tests.annotator.pseudo_terminal import PseudoTerminal
from tests.commands.conftest import Command
from tests.reporting.conftest import write_run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two methods with two seeds each."""
    for seed in (1, 2):
        write_run(tmp_path / "runs" / "random" / str(seed), [10.0, 20.0 + seed, 30.0], seed=seed)
        changes = {"trainer.augmenter.type": "seqmix"}
        write_run(
            tmp_path / "runs" / "sub" / str(seed), [12.0, 25.0, 31.0 + seed], seed=seed, accepted=[9, 5, 2], **changes
        )
    return tmp_path / "runs"


def test_names_of_the_methods_of_a_sweep(runs: Path) -> None:
    for path in list(runs.iterdir()):
        path.rename(path.with_name(f"{path.name}-query_size=6"))
    groups, _ = group_runs(find_runs([str(runs)])[0])
    paper = PaperFiles(None, None, 3, parsed_names("sub-query_size=6=SeqMix; q = 6, random-query_size=6=Random"))
    assert paper.names(Comparison(groups)) == {"sub-query_size=6": "SeqMix; q = 6", "random-query_size=6": "Random"}


def test_a_comparison_leaves_its_files(
    command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    files = [tmp_path / name for name in ("report.html", "scores.csv", "tables.md")]
    arguments = ["-o", files[0], "--csv", files[1], "--markdown", files[2], "--target-f1", 25]
    assert command("compare", runs / "random", runs / "sub", *arguments) == 0
    shown = capsys.readouterr().out
    assert "test F1 against annotated sentences" in shown
    assert "labels to 25" in " ".join(shown.split())
    # Means over the budgets: 23 and 23.3 against 20.3 and 20.7, so 2.67 twice.
    assert "sub − random: +2.7 [+2.7 to +2.7], p 0.500 (sign flips, Holm)" in shown
    assert "not statistically significant: 6 seeds are needed, there are 2" in shown
    assert shown.endswith(f"\nwrote {', '.join(map(str, files))}\n"), "the tables come first"
    assert "drawing" not in shown, "on a terminal only"
    page, csv, markdown = (file.read_text(encoding="utf-8") for file in files)
    assert page.startswith("<!DOCTYPE html>")
    assert "random" in page
    assert len(csv.splitlines()) == 1 + 4 * 3 * 2 * 3
    assert "| sub − random | +2.7 |" in markdown


def test_dev_and_a_baseline(command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    page = tmp_path / "report.html"
    assert command("compare", runs, "-o", page, "--split", "dev", "--baseline", "random") == 0
    shown = capsys.readouterr().out
    assert "dev F1 against annotated sentences" in shown
    assert "sub − random: +2.7" in shown


def test_named_pairs(command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write_run(runs / "lc" / "1", [1.0, 2.0, 3.0], **{"trainer.query_policy.type": "lc"})
    files = [tmp_path / name for name in ("report.html", "tables.md")]
    pairs = "random:sub, lc:random"
    assert command("compare", runs, "-o", files[0], "--markdown", files[1], "--pairs", pairs) == 0
    shown = capsys.readouterr().out
    assert "random − sub: −2.7" in shown
    assert "lc − random: −18.3" in shown
    assert "lc − sub" not in shown
    page, markdown = (file.read_text(encoding="utf-8") for file in files)
    assert "sub leads on test: 2.7 F1 points above random, the pair named first." in page
    assert "Of all 2 named differences between methods none is statistically significant." in page
    assert "one of 2 pairs can pass 0.05 with 7 seeds or more" in markdown
    assert command("compare", runs, "-o", files[0], "--pairs", pairs, "--planned", "5") == 0
    assert "one of 5 pairs can pass 0.05 with 8 seeds or more" in capsys.readouterr().out
    for planned, least in (("1", "2"), ("-5", "2")):
        assert command("compare", runs, "-o", files[0], "--pairs", pairs, "--planned", planned) == 1
        expected = f"error: --planned is {planned}; expected at least {least}, the pairs that are compared"
        assert capsys.readouterr().err.splitlines()[-1] == expected


def test_a_figure_and_a_table_for_a_paper(
    command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    files = [tmp_path / name for name in ("report.html", "table.tex", "curve.svg")]
    arguments = ["-o", files[0], "--latex", files[1], "--figure", files[2], "--figure-width", 6.3, "--split", "dev"]
    names = "sub=Sub-sequence & more, random = Random"
    assert command("compare", runs, *arguments, "--names", names) == 0
    assert capsys.readouterr().out.endswith(f"\nwrote {', '.join(map(str, files))}\n")
    table, figure = (file.read_text(encoding="utf-8") for file in files[1:])
    # Means of 18 and 18.3, and ends of 27 and 28: 5 below test.
    assert "\nSub-sequence \\& more & 2 & 18.2 $\\pm$ 0.2 & 27.5 $\\pm$ 0.7 & $+$2.7 [$+$2.7, $+$2.7] \\\\\n" in table
    assert 'width="453.6pt"' in figure
    assert all(f">{text}</text>" in figure for text in ("F1 on dev", "Sub-sequence &amp; more", "Random", "10", "30"))


def test_against_seconds(command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    arguments = ["--against", "seconds", "--annotation-cost", "1,0.5,0", "-o", tmp_path / "report.html"]
    assert command("compare", runs, *arguments) == 0
    shown = capsys.readouterr().out
    # Ten sentences of seven words in each of three rounds.
    assert "test F1 against seconds of annotation" in shown
    assert {"45", "90", "135", "seconds"} <= set(shown.split())
    assert "Seconds of annotation: 1 a sentence, 0.5 a token, 0 an entity." in shown
    assert "to reach 30.0 F1: " in shown
    assert " seconds instead of 135, saves " in shown


def test_runs_that_are_not_measured(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """The page has what was queried and generated, and everything else says why it has no more."""
    for name in ("random", "lc"):
        write_run(tmp_path / "runs" / name, [0.0, 0.0], measured=False, **{"trainer.query_policy.type": name})
    files = [tmp_path / name for name in ("report.html", "scores.csv", "tables.md")]
    assert command("compare", tmp_path / "runs", "-o", files[0], "--csv", files[1], "--markdown", files[2]) == 0
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines()]
    assert ["lc", "1", "2", "20", "140", "60", "not", "measured"] in rows
    assert ["random", "1", "2", "20", "140", "60", "not", "measured"] in rows
    assert "F1 is not measured: these runs have no dev and no test file\n" in shown
    assert "F1 not measured</p>" in files[0].read_text(encoding="utf-8")
    with open(files[1], newline="") as file:
        cells = [
            (row["method"], row["round"], row["sentences"], row["split"], row["f1"]) for row in csv.DictReader(file)
        ]
    assert cells == [(name, str(k), str(10 * k + 10), "not measured", "") for name in ("lc", "random") for k in (0, 1)]
    markdown = files[2].read_text(encoding="utf-8")
    assert "| lc | 1 | 2 | 20 | 140 | 60 | not measured |" in markdown
    assert "Seconds a stage" in markdown


def test_a_broken_folder_is_named_and_skipped(
    command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    broken = runs / "sub" / "2" / "rounds.jsonl"
    broken.write_text(broken.read_text()[:-30])
    assert command("compare", runs, tmp_path / "none", "-o", tmp_path / "report.html") == 0
    shown = capsys.readouterr().out
    assert f"skipped {broken}, line 3: not JSON" in shown
    assert f"skipped {tmp_path / 'none'}: no such folder" in shown
    assert "line 3: not JSON" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_on_a_terminal_a_bar_shows_the_drawing_and_goes(runs: Path, tmp_path: Path) -> None:
    terminal = PseudoTerminal("compare", runs, "-o", tmp_path / "report.html", columns=160)
    terminal.wait_for("wrote ")
    assert terminal.end() == 0
    assert "drawing…" not in terminal.text()
    assert "6 seeds are needed, there are 2" in terminal.text()
    assert all(text.encode() in terminal.raw for text in ("drawing…", "━━━"))


def test_a_page_that_cannot_be_drawn_leaves_the_tables(
    command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering.browser_script.cache_clear()
    monkeypatch.setattr(rendering, "SCRIPT", tmp_path / "no such file.py")
    page, scores = tmp_path / "report.html", tmp_path / "scores.csv"
    page.write_text("old")
    assert command("compare", runs, "-o", page, "--csv", scores) == 1
    shown = capsys.readouterr()
    assert "test F1 against annotated sentences" in shown.out
    assert f"wrote {scores}\n" in shown.out
    assert scores.read_text(encoding="utf-8").startswith("method,")
    [line] = shown.err.splitlines()[-1:]
    assert line.startswith(f"error: {page} is not drawn: vl-convert cannot be run: ")
    assert page.read_text() == "old"


def test_an_older_page_is_replaced(command: Command, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    assert command("compare", runs, "-o", tmp_path / "report.html") == 0
    assert (tmp_path / "report.html").read_text(encoding="utf-8") != "old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["RUNS/nothing"], "there is no run to compare"),
        (["RUNS", "--baseline", "lc"], "--baseline is 'lc'; expected one of random, sub"),
        (["RUNS", "--pairs", "sub:lc"], "--pairs has 'lc'; expected one of random, sub"),
        (["RUNS", "--pairs", "sub"], "--pairs is 'sub'; expected pairs of different methods, such as nte_sub:nte"),
        (["RUNS", "--pairs", "sub:sub"], "--pairs is 'sub:sub'; expected pairs of different methods"),
        (["RUNS", "--pairs", "sub:random,random:sub"], "--pairs is 'sub:random,random:sub'; expected every pair once"),
        (["RUNS", "--pairs", "sub:random", "--baseline", "sub"], "--baseline and --pairs exclude each other"),
        (
            ["RUNS", "--annotation-cost", "1,2"],
            "--annotation-cost is '1,2'; expected the seconds of a sentence, a token",
        ),
        (["RUNS", "--annotation-cost", "1,2,-3"], "--annotation-cost is '1,2,-3'; expected the seconds of a sentence"),
        (
            ["RUNS", "--annotation-cost", "1,nan,0"],
            "--annotation-cost is '1,nan,0'; expected the seconds of a sentence",
        ),
        (["RUNS", "--annotation-cost", "0,0,0"], "--annotation-cost is '0,0,0'; expected the seconds of a sentence"),
        (["RUNS", "--target-f1", "0"], "--target-f1 is 0; expected points, above 0 and up to 100"),
        (["RUNS", "--target-f1", "nan"], "--target-f1 is nan; expected points, above 0 and up to 100"),
        (["RUNS", "--csv", "RUNS"], "RUNS: cannot be written to; expected a file's path in a folder that exists"),
        (["RUNS", "--csv", "RUNS/no/such.csv"], "RUNS/no/such.csv: cannot be written to; expected a file's path"),
        (["RUNS", "--csv", "RUNS/x", "--markdown", "RUNS/x"], "RUNS/x: is given twice; every file needs a path"),
        (
            ["RUNS", "--csv", "RUNS/random/1/learning_curve.csv"],
            "learning_curve.csv: is a file of a run, which would be",
        ),
        (
            ["RUNS", "--markdown", "RUNS/random/1/rounds.jsonl"],
            "rounds.jsonl: is a file of a run, which would be replaced",
        ),
        (["RUNS/other", "RUNS/random"], "do not work on the same data"),
        (["RUNS/unmeasured", "--split", "dev"], "--split is 'dev'; what all of these runs have measured is test"),
        (["RUNS/bare", "--split", "dev"], "--split is dev, but F1 is not measured: no dev and no test file"),
        (["RUNS/bare", "--target-f1", "50"], "--target-f1 is 50.0, but F1 is not measured: no dev and no test file"),
        (["RUNS/bare", "--latex", "x.tex"], "--latex is x.tex, but F1 is not measured: no dev and no test file"),
        (["RUNS", "--figure", "RUNS/x.jpg"], "--figure is 'x.jpg'; expected a file that ends in .pdf, .svg, .png"),
        (["RUNS", "--figure", "RUNS/no/x.pdf"], "RUNS/no/x.pdf: cannot be written to; expected a file's path in a"),
        (["RUNS", "--figure", "x.pdf", "--figure-width", "0"], "--figure-width is 0; expected inches, from 1 to 20"),
        (["RUNS", "--latex", "RUNS/no/x.tex"], "RUNS/no/x.tex: cannot be written to; expected a file's path in a"),
        (["RUNS", "--names", "sub"], "--names is 'sub'; expected one name for each method, such as nte=Token entropy"),
        (["RUNS", "--names", "sub=a,sub=b"], "--names is 'sub=a, sub=b'; expected one name for each method, such as"),
        (["RUNS", "--names", "lc=LC"], "--names has 'lc'; expected some of random, sub"),
        (["RUNS", "--names", "sub=random"], "--names calls two methods 'random'; expected a name of its own for each"),
        (["RUNS/bare", "--baseline", "lc"], "--baseline is 'lc'; expected one of bare"),
        (["RUNS/bare", "RUNS/random"], "RUNS/bare and RUNS/random/1 do not work on the same data"),
    ],
)
def test_mistakes_end_in_one_line_and_write_nothing(
    command: Command, runs: Path, tmp_path: Path, arguments: list, message: str, capsys: pytest.CaptureFixture
) -> None:
    extra: Dict[str, Dict[str, Any]] = {
        "other": {"test_data_path": "another.conll"},
        "unmeasured": {"trainer.query_size": 7},
        "bare": {"measured": False},
    }
    for name in {part.rsplit("/", 1)[-1] for part in arguments} & extra.keys():
        folder = write_run(runs / name, [1.0, 2.0, 3.0], **extra[name])
        if name == "unmeasured":
            text = (folder / "rounds.jsonl").read_text()
            (folder / "rounds.jsonl").write_text(text.replace('"dev"', '"train"'))
    page = tmp_path / "report.html"
    assert command("compare", *(part.replace("RUNS", str(runs)) for part in arguments), "-o", page) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: ")
    assert message.replace("RUNS", str(runs)) in error
    assert "\n" not in error
    assert not page.exists()


def test_text_of_folders_gives_the_terminal_no_commands(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Names of folders, of which one cannot be read: escapes, markup and a word that runs backwards."""
    for number, name in enumerate(("\x1b[2Jone", "[red]two", "\u202ethree")):
        write_run(tmp_path / "runs" / name, [10.0, 20.0], **{"trainer.query_policy.type": str(number)})
    (tmp_path / "runs" / "\u202ethree" / "rounds.jsonl").write_text("\x1b]0;title\x07")
    assert command("compare", tmp_path / "runs", "-o", tmp_path / "report.html") == 0
    shown = capsys.readouterr().out
    assert all(character.isprintable() for character in shown if character != "\n")
    assert "\\x1b[2Jone" in shown
    assert "[red]two" in shown
    assert "line 1: not JSON (Expecting value" in shown


def test_a_page_in_a_run_is_written_through_no_link_to_elsewhere(
    command: Command, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """The run may come from anybody; a link that is one's own, outside of it, is followed."""
    page = runs / "random" / "report.html"
    page.symlink_to(tmp_path / "page.html")
    assert command("compare", runs / "random", "-o", page) == 1
    assert f"{page} is a link; expected a run's own files" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()
    (tmp_path / "link.html").symlink_to(tmp_path / "page.html")
    assert command("compare", runs / "random", "-o", tmp_path / "link.html") == 0
    assert (tmp_path / "page.html").is_file()
