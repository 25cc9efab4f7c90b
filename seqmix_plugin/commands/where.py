"""Where several runs are executed, by the options of `repeat` and `sweep`."""

from contextlib import contextmanager
from typing import Iterator, Optional

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.extras import check_extra
from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.local_processes import LocalProcesses
from seqmix_plugin.many_runs.ray_cluster import check_address, check_share, connected, share_of


class Where:
    """
    # Parameters

    workers : `int`
        The number of runs at a time, on Ray that of a node without GPUs.
    ray : `bool`
        Whether to use Ray, of this machine.
    address : `str`, optional
        A Ray cluster's.
    cpus_per_run : `int`, optional
        A run's cores on Ray.
    gpus_per_run : `float`, optional
        A run's GPUs on Ray.

    # Raises

    `ConfigurationError`
        For values that cannot be, a cluster that does not answer, or Ray's options without Ray.
    """

    def __init__(
        self,
        workers: int,
        ray: bool,
        address: Optional[str],
        cpus_per_run: Optional[int],
        gpus_per_run: Optional[float],
    ) -> None:
        if workers < 1:
            raise ConfigurationError(f"--workers is {workers}; expected 1 or more")
        self.on_ray = ray or address is not None
        for name, value in (("cpus", cpus_per_run), ("gpus", gpus_per_run)):
            if value is not None and not self.on_ray:
                raise ConfigurationError(f"--{name}-per-run is {value:g} without Ray: add --ray or --address")
        check_share(cpus_per_run, gpus_per_run)
        if self.on_ray:
            check_extra("ray", "--ray" if address is None else "--address")
            check_address(address)
        self._workers, self._address = workers, address
        self._cpus, self._gpus = cpus_per_run, gpus_per_run

    @contextmanager
    def back_end(self) -> Iterator[BackEnd]:
        """The back end, connected while it is open."""
        if not self.on_ray:
            yield LocalProcesses(self._workers)
            return
        with connected(self._address):
            import ray

            from seqmix_plugin.many_runs.ray_tasks import RayTasks

            yield RayTasks(share_of(ray.nodes(), self._workers, self._cpus, self._gpus))
