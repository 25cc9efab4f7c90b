"""Work that is shared out over the processes of a distributed run; in a single process all of it is done here."""

from typing import Callable, List, Tuple, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from allennlp.common.util import is_distributed

from seqmix_plugin.errors import ConfigurationError

T = TypeVar("T")
Items = TypeVar("Items", list, range, np.ndarray)


def rank() -> int:
    """This process's number among all, over all nodes."""
    return dist.get_rank() if is_distributed() else 0


def world_size() -> int:
    """How many processes there are."""
    return dist.get_world_size() if is_distributed() else 1


def is_primary() -> bool:
    """Whether this is the process that decides and writes."""
    return rank() == 0


def share(items: Items) -> Items:
    """
    This process's part: every `world_size`-th of the items, so that neighbours, which are of like length, go to
    different processes.
    """
    return items[rank() :: world_size()]


def summed(values: np.ndarray) -> np.ndarray:
    """
    The sum of an array over all processes; values that a process does not know are 0 there.

    # Parameters

    values : `np.ndarray`
        Of a floating-point type, and of the same shape and type in all processes.
    """
    if not is_distributed():
        return values
    device = torch.device("cuda", torch.cuda.current_device()) if dist.get_backend() == "nccl" else torch.device("cpu")
    tensor = torch.from_numpy(np.ascontiguousarray(values)).to(device)
    dist.all_reduce(tensor)
    return tensor.cpu().numpy()


def from_primary(make: Callable[[], T]) -> T:
    """
    Calls a function in the primary process alone and returns its result in all processes: for decisions and files that
    are made once. The other processes wait for it, as long as the process group's timeout allows (half an hour on CPUs,
    ten minutes on GPUs).

    # Parameters

    make : `Callable[[], T]`
        Called in the primary process alone; its result must be picklable.

    # Raises

    `ConfigurationError`
        In all processes, when it is raised in the primary one; other errors end that process alone.
    """
    if not is_distributed():
        return make()
    message: List[Tuple[bool, object]] = [(False, None)]
    if is_primary():
        try:
            message = [(True, make())]
        except ConfigurationError as error:
            message = [(False, str(error.message))]
    dist.broadcast_object_list(message, src=0)
    [(succeeded, value)] = message
    if not succeeded:
        raise ConfigurationError(str(value))
    return value  # type: ignore[return-value]


def on_each_machine(local_rank: int, work: Callable[[], None]) -> None:
    """
    Does something with files in one process of each machine, which may have folders of their own; the other processes
    wait for it.

    # Parameters

    local_rank : `int`
        This process's number on its machine; number 0 works.
    work : `Callable[[], None]`
        Must take it that another machine with the same folder has done it already.
    """
    if local_rank == 0:
        work()
    if is_distributed():
        dist.barrier()
