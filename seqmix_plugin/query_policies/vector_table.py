"""The vectors of sentences, collected batch by batch."""

from typing import Optional

import numpy as np
import torch

from seqmix_plugin.distributed import from_primary, summed


class VectorTable:
    """
    The vectors of all sentences in their order, in single precision, of which only one copy is held.

    # Parameters

    number : `int`
        Number of sentences.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._rows: Optional[np.ndarray] = None  # Shape: (number, dimension), which the first batch tells

    def add(self, positions: np.ndarray, vectors: torch.Tensor) -> None:
        """The vectors of a batch. Shapes: `(batch_size,)` and `(batch_size, dimension)`"""
        rows = vectors.float().cpu().numpy()
        if self._rows is None:
            self._rows = np.zeros((self._number, rows.shape[1]), dtype=np.float32)
        self._rows[positions] = rows

    def of_all(self) -> np.ndarray:
        """Those that all processes have added. Shape: `(number, dimension)`"""
        rows = self._rows
        # The primary process has a share of any sentences that there are; another one may have none.
        dimension = from_primary(lambda: 0 if rows is None else rows.shape[1])
        return summed(np.zeros((self._number, dimension), dtype=np.float32) if rows is None else rows)
