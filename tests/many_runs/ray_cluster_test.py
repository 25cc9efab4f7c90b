"""A run's share of a node, and addresses; without Ray."""

import socket
from typing import Any, Dict, List, Optional

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.where import Where
from seqmix_plugin.many_runs.ray_cluster import check_address, share_of


def nodes(*sizes: Dict[str, float]) -> List[Dict[str, Any]]:
    """Nodes of these sizes, and one that is lost."""
    return [*({"Alive": True, "Resources": size} for size in sizes), {"Alive": False, "Resources": {}}]


HEAD, SMALL, LARGE = {"memory": 1.0}, {"CPU": 4.0}, {"CPU": 16.0, "GPU": 2.0}


@pytest.mark.parametrize(
    ("sizes", "workers", "cpus", "gpus", "expected"),
    [
        ([HEAD, SMALL], 1, None, None, (4, 0)),
        ([HEAD, SMALL], 3, None, None, (1, 0)),
        ([SMALL], 8, None, None, (1, 0)),
        ([SMALL], 1, 2, None, (2, 0)),
        ([SMALL, {"CPU": 6.0}], 1, None, None, (4, 0)),
        ([HEAD, SMALL, LARGE], 1, None, None, (8, 1)),
        ([HEAD, SMALL, LARGE], 1, None, 0.0, (4, 0)),
        ([LARGE], 1, None, 0.25, (2, 0.25)),
        ([{"CPU": 90.0, "GPU": 1.0}], 1, None, 0.1, (9, 0.1)),
        ([{"CPU": 12.0, "GPU": 3.0}], 1, None, 0.7, (4, 0.7)),
        ([LARGE], 4, None, 1.0, (4, 1)),
        ([LARGE], 1, 3, 2.0, (3, 2)),
    ],
)
def test_the_share_of_a_run(
    sizes: List[Dict[str, float]], workers: int, cpus: Optional[int], gpus: Optional[float], expected: Any
) -> None:
    """16 cores and 2 GPUs in quarters are 8 runs of 2 cores; the smallest node says how many cores a run has."""
    assert share_of(nodes(*sizes), workers, cpus, gpus) == expected


@pytest.mark.parametrize(
    ("sizes", "cpus", "gpus", "message"),
    [
        ([HEAD], None, None, "no node of the Ray cluster has a core and 0 GPUs, as --gpus-per-run wants"),
        ([SMALL], None, 0.5, "no node of the Ray cluster has a core and 0.5 GPUs, as --gpus-per-run wants"),
        ([LARGE], 32, None, "--cpus-per-run is 32; the nodes of the Ray cluster have 16 at most"),
    ],
)
def test_a_share_that_no_node_has(
    sizes: List[Dict[str, float]], cpus: Optional[int], gpus: Optional[float], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        share_of(nodes(*sizes), 1, cpus, gpus)
    assert str(caught.value) == message


@pytest.mark.parametrize("address", ["", "x", "head", "head:", ":6379", "head:0", "head:65536", "ray://head:10001"])
def test_what_is_not_an_address(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--address is .*; expected auto or HOST:PORT, the head's of a clus"):
        check_address(address)


def test_an_address_where_nothing_answers() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match=rf"--address is '{address}': nothing answers there \("):
            check_address(address)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        check_address(f"127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.parametrize(
    ("ray", "cpus", "gpus", "message"),
    [
        (False, 2, None, "--cpus-per-run is 2 without Ray: add --ray or --address"),
        (False, None, 0.25, "--gpus-per-run is 0.25 without Ray: add --ray or --address"),
        (True, 0, None, "--cpus-per-run is 0; expected 1 or more"),
        (True, None, -1.0, "--gpus-per-run is -1; expected a fraction of a GPU, such as 0.25, or a whole number"),
        (True, None, 1.5, "--gpus-per-run is 1.5; expected a fraction of a GPU, such as 0.25, or a whole number"),
        (True, None, float("nan"), "--gpus-per-run is nan; expected a fraction of a GPU, such as 0.25, or a whole n"),
    ],
)
def test_options_that_cannot_be(ray: bool, cpus: Optional[int], gpus: Optional[float], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Where(1, ray, None, cpus, gpus)
    assert str(caught.value).startswith(message)
