"""`make audit`: what is known of the pinned packages against what is accepted."""

import json
import os
import runpy
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest

from tests.conftest import FIXTURES, ROOT

PATH = ROOT / "scripts" / "audit.py"
SCRIPT = runpy.run_path(str(PATH))
REPORT = FIXTURES / "audit_report.json"
"""Written by pip-audit 2.10.1 about two packages, with the answers of `DATABASE` below."""
DATABASE: Dict[str, List[Dict[str, Any]]] = {
    "transformers": [
        {
            "id": "GHSA-0000-0000-0000",
            "aliases": ["CVE-2024-11393"],
            "summary": "Deserialization of untrusted data",
            "affected": [
                {
                    "package": {"name": "transformers", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "4.48.0"}]}],
                }
            ],
        }
    ]
}
ENTRY = '[[accepted]]\npackage = "transformers"\nadvisory = "{}"\nreason = "Not used."\n'
PINS = "transformers==4.41.2\njinja2==3.1.6\n"


def audit(tmp_path: Path, accepted: str, capsys: Any, report: Path = REPORT) -> List[Any]:
    """Exit code, and the lines of both streams."""
    (tmp_path / "audit.toml").write_text(accepted, encoding="utf-8")
    code = SCRIPT["main"](["--accepted", str(tmp_path / "audit.toml"), "--report", str(report)])
    shown = capsys.readouterr()
    return [code, shown.out.splitlines(), shown.err.splitlines()]


@pytest.mark.parametrize("name", ["GHSA-0000-0000-0000", "CVE-2024-11393"])
def test_what_is_accepted_by_any_of_its_names_is_fine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert audit(tmp_path, ENTRY.format(name), capsys) == [
        0,
        ["2 packages, 1 known vulnerabilities, all accepted in audit.toml"],
        [],
    ]


def test_what_is_not_accepted_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(tmp_path, "", capsys) == [
        1,
        ["transformers 4.41.2: CVE-2024-11393 = GHSA-0000-0000-0000, fixed in 4.48.0"],
        ["audit: 1 to be settled: upgrade the package, or change audit.toml"],
    ]


def test_what_is_accepted_of_another_package_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, _ = audit(tmp_path, ENTRY.format("CVE-2024-11393").replace('"transformers"', '"torch"'), capsys)
    assert code == 1
    assert shown == [
        "transformers 4.41.2: CVE-2024-11393 = GHSA-0000-0000-0000, fixed in 4.48.0",
        "torch: CVE-2024-11393 is accepted, but does not apply to what is pinned: take it out",
    ]


def test_what_no_longer_applies_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, _ = audit(tmp_path, ENTRY.format("CVE-2024-11393") + ENTRY.format("CVE-2024-11394"), capsys)
    assert code == 1
    assert shown == ["transformers: CVE-2024-11394 is accepted, but does not apply to what is pinned: take it out"]


def test_what_was_not_looked_up_is_not_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """pip-audit itself calls a package that the database does not know "no known vulnerabilities"."""
    reason = "Dependency not found on PyPI and could not be audited: transformers (4.41.2)"
    report = {"dependencies": [{"name": "transformers", "skip_reason": reason}], "fixes": []}
    (tmp_path / "report.json").write_text(json.dumps(report))
    line = "audit: not checked: the database of advisories cannot be reached, or 1 of 1 packages are not known to it, "
    assert audit(tmp_path, ENTRY.format("CVE-2024-11393"), capsys, tmp_path / "report.json") == [
        3,
        [],
        [line + "such as transformers"],
    ]


@pytest.mark.parametrize(
    ("accepted", "message"),
    [
        ("[[accepted]", "audit.toml: Expected "),
        (ENTRY.format("x") * 2, "audit.toml: x of transformers stands there twice"),
        (ENTRY.format("x").replace("Not used.", ""), "audit.toml: accepted advisory 1 needs advisory, package, reason"),
        (ENTRY.format("x") + "why = 1\n", "audit.toml: accepted advisory 1 needs advisory, package, reason"),
        ("accepted = [3]", "audit.toml: accepted advisory 1 needs advisory, package, reason"),
    ],
)
def test_a_list_that_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], accepted: str, message: str
) -> None:
    code, _, said = audit(tmp_path, accepted, capsys)
    assert code == 2
    assert len(said) == 1
    assert message in said[0]


def test_a_report_that_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.json").write_text("nothing")
    for report in (tmp_path / "report.json", tmp_path / "nowhere.json"):
        code, _, said = audit(tmp_path, "", capsys, report)
        assert (code, len(said)) == (2, 1)
    (tmp_path / "report.json").write_text("[]")
    assert audit(tmp_path, "", capsys, tmp_path / "report.json")[0] == 3


def test_the_committed_list_says_why() -> None:
    accepted = SCRIPT["read_accepted"](ROOT / "audit.toml")
    pinned = {line.split("==")[0] for line in (ROOT / "requirements.txt").read_text().splitlines()}
    assert {package for package, _ in accepted} <= pinned
    assert all(len(reason) > 40 for reason in accepted.values())


class _Database(BaseHTTPRequestHandler):
    """Answers like OSV, from `DATABASE`."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"vulns": DATABASE.get(query["package"]["name"], [])}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Database)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()


@pytest.fixture(scope="module")
def pip_audit() -> None:
    """Installed by uv into a place of its own, once."""
    uv = Path(sys.executable).with_name("uv")
    tool = [str(uv), "tool", "run", "--from", SCRIPT["TOOL"], "pip-audit", "--version"]
    if not uv.exists() or subprocess.run(tool, capture_output=True, timeout=300).returncode != 0:
        pytest.skip("pip-audit cannot be installed here")


def run(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    (folder / "pins.txt").write_text(PINS)
    (folder / "audit.toml").write_text(ENTRY.format("CVE-2024-11393"), encoding="utf-8")
    options = ["--requirements", str(folder / "pins.txt"), "--accepted", str(folder / "audit.toml")]
    command = [sys.executable, str(PATH), *options, "--", "--cache-dir", str(folder / "cache"), *arguments]
    settings = {**os.environ, "UV_OFFLINE": "1", **environment}
    return subprocess.run(command, capture_output=True, text=True, env=settings, timeout=120)


@pytest.mark.usefixtures("pip_audit")
def test_pip_audit_itself_is_asked(tmp_path: Path, database: str) -> None:
    done = run(tmp_path, "--vulnerability-service", "osv", "--osv-url", database)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 packages, 1 known vulnerabilities, all accepted in audit.toml\n"
    found: Optional[Dict[str, Any]] = json.loads(
        SCRIPT["run"](tmp_path / "pins.txt", ["-s", "osv", "--osv-url", database])[0]
    )
    assert found == json.loads(REPORT.read_text())


@pytest.mark.usefixtures("pip_audit")
def test_a_database_that_cannot_be_reached_is_one_line_and_an_exit_code_of_its_own(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9"  # the port that throws away what comes, where anything listens at all
    for service, others in (("pypi", ()), ("osv", ("--osv-url", f"{nobody}/v1/query"))):
        done = run(tmp_path, "--vulnerability-service", service, *others, HTTPS_PROXY=nobody)
        assert done.returncode == 3
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert line.startswith("audit: not checked: the database of advisories cannot be reached (")
        assert "127.0.0.1" in line
