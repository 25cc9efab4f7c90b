"""Work shared out over processes."""

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.distributed import from_primary, is_primary, rank, share, summed, world_size
from tests.two_processes import on_two_processes


def refuse() -> None:
    raise ConfigurationError("no more sentences")


def check_on_one_rank(number: int, processes: int, device: int) -> None:
    assert (rank(), world_size(), is_primary()) == (number, processes, number == 0)
    assert share(list("abcde")) == [["a", "c", "e"], ["b", "d"]][number]
    assert len(share(range(5))) == [3, 2][number]
    assert summed(np.array([1.0 + number, 10.0])).tolist() == [3, 20]
    assert from_primary(lambda: {"decided by": number}) == {"decided by": 0}
    with pytest.raises(ConfigurationError, match="no more sentences"):
        from_primary(refuse)


def test_two_processes() -> None:
    on_two_processes(check_on_one_rank)


def test_one_process_does_everything() -> None:
    assert (rank(), world_size(), is_primary()) == (0, 1, True)
    values = np.arange(3.0)
    assert share(values).tolist() == summed(values).tolist() == [0, 1, 2]
    assert from_primary(lambda: 3) == 3
    with pytest.raises(ConfigurationError, match="no more sentences"):
        from_primary(refuse)
