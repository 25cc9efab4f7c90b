"""A function in the two processes of a distributed run."""

from typing import Any, Callable

import torch.multiprocessing
from allennlp.common.testing.distributed_test import init_process
from allennlp.common.util import find_open_port


def on_two_processes(work: Callable[..., None], *arguments: Any) -> None:
    """
    Calls `work(rank, 2, device, *arguments)` in two forks that make a group. AllenNLP's `run_distributed_test` does the
    same at one fixed port, which two tests at a time cannot share.
    """
    place = ("127.0.0.1", find_open_port())
    torch.multiprocessing.start_processes(
        init_process, args=(2, [-1, -1], work, arguments, {}, *place), nprocs=2, start_method="fork"
    )
