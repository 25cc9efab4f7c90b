"""
Compares the known vulnerabilities of the pinned packages, as pip-audit finds them, with the accepted ones of
`audit.toml`.

    python scripts/audit.py                       # asks PyPI for each package of requirements.txt
    python scripts/audit.py -- --vulnerability-service osv
    python scripts/audit.py --report FILE         # what `pip-audit --format json` wrote elsewhere

Exit codes: 0 when all that is known is accepted; 1 for an advisory that is not in the list, or one in the list that no
longer applies; 2 for a list or a report that cannot be read; 3 when the database could not be reached, or not for all
packages, so that nothing is known.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Dict, List, Sequence, Set, Tuple

ROOT = Path(__file__).parent.parent
TOOL = "pip-audit>=2.10,<3"
"""Runs in a separate environment, so that its requirements do not change the pinned packages."""
REPORT = ("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off")
FIELDS = {"package", "advisory", "reason"}
FOUND, UNREADABLE, UNKNOWN = 1, 2, 3
Accepted = Dict[Tuple[str, str], str]
"""Why an advisory on a package is accepted."""


def main(arguments: Sequence[str]) -> int:
    """Prints the advisories to settle and returns the exit code."""
    parser = argparse.ArgumentParser(description="Compare known vulnerabilities with the accepted ones.")
    parser.add_argument("--accepted", type=Path, default=ROOT / "audit.toml", help="default: %(default)s")
    parser.add_argument("--requirements", type=Path, default=ROOT / "requirements.txt", help="default: %(default)s")
    parser.add_argument("--report", type=Path, help="a report of pip-audit as JSON, instead of running it")
    parser.add_argument("others", nargs="*", help="arguments of pip-audit, after --")
    args = parser.parse_args(arguments)
    try:
        accepted = read_accepted(args.accepted)
        if args.report is None:
            text, complaint = run(args.requirements, args.others)
        else:
            text, complaint = args.report.read_text(encoding="utf-8"), ""
            json.loads(text)
    except (OSError, ValueError) as error:
        return _end(UNREADABLE, str(error))
    try:
        dependencies = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _end(UNKNOWN, f"not checked: the database of advisories cannot be reached ({complaint})")
    problems, unchecked = judge(dependencies, accepted)
    for problem in problems:
        print(problem)
    if unchecked:
        some = f"{len(unchecked)} of {len(dependencies)} packages are not known to it, such as {unchecked[0]}"
        return _end(UNKNOWN, f"not checked: the database of advisories cannot be reached, or {some}")
    if problems:
        return _end(FOUND, f"{len(problems)} to be settled: upgrade the package, or change {args.accepted.name}")
    print(f"{len(dependencies)} packages, {len(accepted)} known vulnerabilities, all accepted in {args.accepted.name}")
    return 0


def read_accepted(path: Path) -> Accepted:
    """The accepted advisories; a `ValueError` for entries without package, advisory and reason, or given twice."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from error
    accepted: Accepted = {}
    for number, entry in enumerate(entries, start=1):
        if (
            not isinstance(entry, dict)
            or set(entry) != FIELDS
            or not all(isinstance(v, str) and v for v in entry.values())
        ):
            raise ValueError(f"{path}: accepted advisory {number} needs {', '.join(sorted(FIELDS))}, and nothing else")
        key = (entry["package"], entry["advisory"])
        if key in accepted:
            raise ValueError(f"{path}: {key[1]} of {key[0]} stands there twice")
        accepted[key] = entry["reason"]
    return accepted


def run(requirements: Path, others: Sequence[str]) -> Tuple[str, str]:
    """What pip-audit writes about a file of requirements, and the last line of what it says beside it."""
    tool = [str(Path(sys.executable).with_name("uv")), "tool", "run", "--from", TOOL, "pip-audit"]
    done = subprocess.run([*tool, "-r", str(requirements), *REPORT, *others], capture_output=True, text=True)
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return done.stdout, said[-1] if said else f"pip-audit ended with exit code {done.returncode}"


def judge(dependencies: Sequence[Dict[str, Any]], accepted: Accepted) -> Tuple[List[str], List[str]]:
    """
    # Parameters

    dependencies : `Sequence[Dict[str, Any]]`
        Of pip-audit's report.
    accepted : `Accepted`
        See `read_accepted`. An advisory may be named by any of its names.

    # Returns

    `Tuple[List[str], List[str]]`
        A line on each advisory that is not accepted and each accepted one that does not apply, and the packages that
        were not looked up, of which nothing is known.
    """
    problems: List[str] = []
    met: Set[Tuple[str, str]] = set()
    unchecked = [str(package["name"]) for package in dependencies if "skip_reason" in package]
    for package in dependencies:
        for advisory in package.get("vulns", []):
            names = [advisory["id"], *advisory["aliases"]]
            keys = {(package["name"], name) for name in names} & set(accepted)
            met |= keys
            if not keys:
                fixed = ", ".join(advisory["fix_versions"]) or "no release"
                problems.append(f"{package['name']} {package['version']}: {' = '.join(names)}, fixed in {fixed}")
    for name, advisory in sorted(set(accepted) - met):
        if name not in unchecked:
            problems.append(f"{name}: {advisory} is accepted, but does not apply to what is pinned: take it out")
    return problems, unchecked


def _end(code: int, line: str) -> int:
    print(f"audit: {line}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
