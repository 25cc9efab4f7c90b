"""The section of `docs/performance.md` on other packages."""

import statistics
from typing import Any, Dict, List, Tuple

from benchmarks.measure import Pair, speed_interval
from benchmarks.peers.job import SETTINGS, SIZES
from benchmarks.peers.peer import HEADS, OURS, PEERS
from seqmix_plugin.reporting.formatting import NOTHING
from seqmix_plugin.reporting.table import Table

COLUMNS = ("part of the job", "against", "as fast [95 %]", "s of CPU", "theirs", "result", "theirs")
INTRODUCTION = """Other packages on the same job (`make peers`): train a tagger on {seed} sentences, query {query_size}
of a pool of {pool} once by MNLP, tag {dev} sentences of dev. The encoder is MiniLM; {epochs} epochs in batches of
{batch_size}, learning rate {lr:g} with a linear warm-up over a tenth of the steps and a linear decay, dropout
{dropout:g}. Each package has an environment of its own with the versions in `benchmarks/peers/requirements/`. A process
does the job once, with one thread; ours and the others take turns, and the seed is the number of the repetition.
Loading the model is not counted. F1 is the mean over the repetitions in per cent, by seqeval. Sentences in common are
those of the {query_size} queried that ours queries, too; the taggers differ by their random numbers, so that they are
fewer than {query_size} even where the query is the same."""

Paired = List[Tuple[Dict[str, Any], Dict[str, Any]]]
"""Our run and the peer's, for each repetition that has both."""


def section(found: Dict[str, Any], ran_on: str) -> str:
    """
    # Parameters

    found : `Dict[str, Any]`
        What `measuring.measure` stored.
    ran_on : `str`
        Machine, data and versions in one line.
    """
    measured = {name: pairs for name in PEERS if (pairs := paired(found["runs"], name))}
    table = Table("peers", COLUMNS, [row for name, pairs in measured.items() for row in rows(name, pairs)])
    notes = "\n".join(note(name, pairs) for name, pairs in measured.items())
    introduction = INTRODUCTION.format(**SIZES, **SETTINGS, epochs=found["epochs"])
    return f"## Peers\n\n{introduction}\n\n{ran_on}\n\n{table.markdown()}\n{notes}\n"


def paired(runs: List[Dict[str, Any]], name: str) -> Paired:
    """The runs of a peer beside ours of the same repetition."""
    of = {(run["package"], run["head"], run["repeat"]): run for run in runs}
    head = PEERS[name].head
    repeats = sorted(repeat for package, _, repeat in of if package == name)
    return [(of[OURS, head, n], of[name, head, n]) for n in repeats if (OURS, head, n) in of]


def rows(name: str, pairs: Paired) -> List[List[str]]:
    """Training with F1, and the query with the sentences in common."""
    head = HEADS[PEERS[name].head]
    peer = f"{name} {pairs[0][1]['versions'][name]}"
    ours, theirs = (100 * statistics.mean(run["f1"] for run in side) for side in zip(*pairs, strict=True))
    common = statistics.mean(len({*one["queried"]} & {*other["queried"]}) for one, other in pairs)
    return [
        [f"training, {head}", peer, *speed("training", pairs), f"F1 {ours:.1f}", f"F1 {theirs:.1f}"],
        [f"query, {head}", peer, *speed("query", pairs), NOTHING, f"{common:.0f} in common"],
    ]


def speed(part: str, pairs: Paired) -> List[str]:
    """How many times as fast ours is with its interval, and the mean seconds of both."""
    seconds = [Pair(one[part], other[part]) for one, other in pairs]
    mean, low, high = speed_interval(seconds)
    interval = f" [{low:.3g}, {high:.3g}]" if len(seconds) > 1 else ", measured once"
    return [f"{mean:.3g} ×{interval}", *(f"{statistics.mean(side):.3g}" for side in zip(*seconds, strict=True))]


def note(name: str, pairs: Paired) -> str:
    """The versions of a peer, and what it does otherwise."""
    versions = "; ".join(f"{package} {version}" for package, version in pairs[0][1]["versions"].items())
    times = "once" if len(pairs) == 1 else f"{len(pairs)} times"
    return f"- *{name}*: {PEERS[name].differs}; {versions}; measured {times}."
