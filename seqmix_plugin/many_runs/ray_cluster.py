"""The connection to Ray, and the share of a node that a run takes."""

import logging
import os
import socket
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from seqmix_plugin.errors import ConfigurationError, first_line, quoted

OBJECT_STORE = 80 * 2**20
"""Bytes of a local Ray's memory for results, which are a few kilobytes a run; Ray demands 75 MiB."""
TIMEOUT = 10.0
"""Seconds to reach the cluster's head."""


class Share(NamedTuple):
    """Cores and GPUs of a run."""

    cpus: int
    gpus: float


def check_address(address: Optional[str]) -> None:
    """Raises a `ConfigurationError` for an address that cannot be a cluster's, or where nothing answers."""
    if address is None or address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ConfigurationError(f"--address is {quoted(address)}; expected auto or HOST:PORT, the head's of a cluster")
    try:  # Ray would end this process after a minute
        socket.create_connection((host, int(port)), TIMEOUT).close()
    except OSError as error:
        raise ConfigurationError(f"--address is {quoted(address)}: nothing answers there ({error})") from error


@contextmanager
def connected(address: Optional[str]) -> Iterator[None]:
    """
    A connection to a cluster, or without an address to that of this machine; if there is none, one is started, which
    ends with the connection. Ray prints nothing.

    # Raises

    `ConfigurationError`
        When there is no cluster, or it has another version of Ray or Python.
    """
    import ray

    already = ray.is_initialized()
    _silence()
    if not already:
        try:
            _connect(address)
        except Exception as error:  # of many kinds
            raise ConfigurationError(f"Ray cannot be used: {first_line(error)}") from error
    try:
        yield
    finally:
        if not already:
            ray.shutdown()


def _silence() -> None:
    """A lost node is reported by us in a line; Ray has no setting against its 20 lines on standard output."""
    from ray._private import worker

    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = lambda *arguments, **settings: None


def _connect(address: Optional[str]) -> None:
    import ray

    quiet: Dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    try:
        ray.init(address=address or "auto", **quiet)
    except ConnectionError:
        if address is not None:
            raise
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(address="local", include_dashboard=False, object_store_memory=OBJECT_STORE, **quiet)


def check_share(cpus_per_run: Optional[int], gpus_per_run: Optional[float]) -> None:
    """Raises a `ConfigurationError` for a share that no run can have."""
    if cpus_per_run is not None and cpus_per_run < 1:
        raise ConfigurationError(f"--cpus-per-run is {cpus_per_run}; expected 1 or more")
    if gpus_per_run is not None and not (0 <= gpus_per_run < 1 or gpus_per_run in range(1, 2**16)):
        raise ConfigurationError(
            f"--gpus-per-run is {gpus_per_run:g}; expected a fraction of a GPU, such as 0.25, or a whole number"
        )


def share_of(nodes: List[Dict[str, Any]], workers: int, cpus: Optional[int], gpus: Optional[float]) -> Share:
    """
    The share that fits on a node. By default a GPU, if there is any, and the cores of the smallest node divided by the
    number of its runs: the same on all nodes, as another number of threads rounds differently.

    # Parameters

    nodes : `List[Dict[str, Any]]`
        The nodes as Ray describes them.
    workers : `int`
        The number of runs of a node, if its GPUs do not allow more.
    cpus : `int`
        The cores of a run, or `None`.
    gpus : `float`
        The GPUs of a run, or `None`.
    """
    sizes = [node["Resources"] for node in nodes if node["Alive"]]
    most = max((size.get("GPU", 0) for size in sizes), default=0)
    share = min(1, most) if gpus is None else gpus
    usable = [size for size in sizes if size.get("CPU", 0) >= 1 and size.get("GPU", 0) >= share]
    if not usable:
        raise ConfigurationError(f"no node of the Ray cluster has a core and {share:g} GPUs, as --gpus-per-run wants")
    if cpus is not None:
        largest = int(max(size["CPU"] for size in usable))
        if largest < cpus:
            raise ConfigurationError(f"--cpus-per-run is {cpus}; the nodes of the Ray cluster have {largest} at most")
        return Share(cpus, share)
    shared = [size["CPU"] // max(workers, _runs_on_gpus(size.get("GPU", 0), share)) for size in usable]
    return Share(max(1, int(min(shared))), share)


def _runs_on_gpus(gpus: float, share: float) -> int:
    """How many runs the GPUs of a node allow: a fraction is of one GPU, and ten tenths are a whole one."""
    if share == 0:
        return 0
    return int(gpus) * int(1 / share + 1e-9) if share < 1 else int(gpus // share)
