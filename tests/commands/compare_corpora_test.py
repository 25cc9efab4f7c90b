"""`seqmix compare-corpora`, called as `allennlp` calls it."""

from pathlib import Path

import pytest

from tests.commands.conftest import Command
from tests.reporting.conftest import write_run
from tests.reporting.over_corpora_test import write_corpora


def test_one_verdict_over_corpora(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    corpora = ("webpage", "conll", "events")
    runs, tables = write_corpora(tmp_path / "runs", "_", corpora), tmp_path / "tables.md"
    assert command("compare-corpora", runs, "--markdown", tables, "--pairs", "nte:random") == 0
    shown = capsys.readouterr().out
    assert "test F1 points over conll, events, webpage, mean of the means over the budgets" in shown
    # Two seeds of three corpora, with differences of 1 and 2: p = 2 / 2⁶.
    assert "  nte − random: +1.5 [" in shown
    assert "p 0.031 (sign flips, Holm)" in shown
    assert "    conll +1.5 (2 seeds), events +1.5 (2 seeds), webpage +1.5 (2 seeds)\n" in shown
    assert "    statistically significant (p = 0.031, Holm)\n" in shown
    assert shown.endswith(f"wrote {tables}\n")
    text = tables.read_text(encoding="utf-8")
    assert text.count("| nte − random | +1.5 |") == 2
    assert "### Differences in dev F1 points over corpora" in text
    latex = tmp_path / "table.tex"
    assert command("compare-corpora", runs, "--split", "dev", "--against", "tokens", "--latex", latex) == 0
    assert "dev F1 points over" in capsys.readouterr().out
    assert "\nrandom $-$ nte & 6 & " in latex.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["RUNS/webpage_nte"], "these runs work on the same data; expected runs on two corpora or more"),
        (["RUNS/nothing"], "there is no run to compare"),
        (["RUNS", "--pairs", "nte:lc"], "--pairs has 'lc'; expected one of nte, random (of conll)"),
        (["RUNS", "--baseline", "lc"], "--baseline is 'lc'; expected one of nte, random"),
        (
            ["RUNS/webpage_nte", "RUNS/conll_nte"],
            "no two of the corpora webpage, conll have measured a pair of methods",
        ),
        (["RUNS", "--markdown", "RUNS/no/such.md"], "RUNS/no/such.md: cannot be written to; expected a file's path"),
        (["RUNS", "--latex", "RUNS/no/such.tex"], "RUNS/no/such.tex: cannot be written to; expected a file's path"),
        (["RUNS", "--annotation-cost", "1"], "--annotation-cost is '1'; expected the seconds of a sentence, a token"),
    ],
)
def test_mistakes_end_in_one_line(
    command: Command, tmp_path: Path, arguments: list, message: str, capsys: pytest.CaptureFixture
) -> None:
    runs = write_corpora(tmp_path / "runs", "_")
    assert command("compare-corpora", *(part.replace("RUNS", str(runs)) for part in arguments)) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith(f"error: {message.replace('RUNS', str(runs))}")
    assert "\n" not in error


def test_what_is_skipped_is_named(command: Command, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    runs = write_corpora(tmp_path / "runs", "_")
    changes = {"trainer.query_policy.type": "normalized_token_entropy", "train_data_path": "webpage.conll"}
    write_run(runs / "webpage_nte" / "1_again", [1.0, 2.0], seed=1, **changes)
    (runs / "conll_nte" / "2" / "rounds.jsonl").write_text("{")
    assert command("compare-corpora", runs) == 0
    shown = capsys.readouterr().out
    assert f"skipped {runs / 'conll_nte' / '2' / 'rounds.jsonl'}, line 1: not JSON" in shown
    assert f"left out {runs / 'webpage_nte' / '1_again'}: configuration and seed are those of" in shown
    assert "conll −1.0 (1 seed), webpage −1.5 (2 seeds)" in shown
