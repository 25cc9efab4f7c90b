"""The scores of all candidates of a round, which a query policy of later rounds may need."""

import hashlib
import io
import logging
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from seqmix_plugin.distributed import from_primary
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.run import layout
from seqmix_plugin.run.round_state import RoundState

logger = logging.getLogger(__name__)


class QueryScores(NamedTuple):
    """
    The scores of a round.

    # Parameters

    positions : `np.ndarray`
        Places of the candidates in the training file, ascending. Shape: `(num_candidates,)`
    scores : `np.ndarray`
        Shape: `(num_candidates,)`
    """

    positions: np.ndarray
    scores: np.ndarray

    def at(self, positions: np.ndarray) -> np.ndarray:
        """The scores of the sentences at these places of the training file, NaN for those that have none."""
        if len(self.positions) == 0:
            return np.full(len(positions), np.nan)
        places = np.searchsorted(self.positions, positions).clip(max=len(self.positions) - 1)
        return np.where(self.positions[places] == positions, self.scores[places], np.nan)


class ScoreFiles:
    """
    The files `state/scores_<k>.npy` of a run: two columns, positions and scores, in double precision. All rounds' are
    kept, 16 bytes a candidate, so that a run resumes at any round as if it had not stopped.

    # Parameters

    folder : `Path`
        The run's.
    states : `Sequence[RoundState]`
        Those of the rounds that an earlier start has left, with the digests of the files.
    """

    def __init__(self, folder: Path, states: Sequence[RoundState]) -> None:
        self._folder = folder
        self._digests: Dict[int, str] = {s.round: s.all_scores for s in states if s.all_scores is not None}

    def keep(self, state: RoundState, found: Optional[QueryScores]) -> RoundState:
        """Writes the scores of a round, if there are any to keep, before the returned state that names them."""
        if found is None:
            return state

        def write() -> str:
            file = io.BytesIO()
            np.save(file, np.stack([found.positions.astype(float), found.scores]))
            write_bytes(layout.query_scores(self._folder, state.round), file.getvalue())
            return hashlib.sha256(file.getvalue()).hexdigest()

        self._digests[state.round] = from_primary(write)
        return state.model_copy(update={"all_scores": self._digests[state.round]})

    def before(self, k: int, number: int) -> List[QueryScores]:
        """The scores of up to so many rounds before round `k`, the oldest first; those that are lost are left out."""
        rounds = [j for j in range(max(0, k - number), k) if j in self._digests]
        found = from_primary(lambda: [self._read(j) for j in rounds])
        for j, scores in zip(rounds, found, strict=True):
            if scores is None:
                del self._digests[j]  # said once
        return [scores for scores in found if scores is not None]

    def _read(self, k: int) -> Optional[QueryScores]:
        path = layout.query_scores(self._folder, k)
        content = path.read_bytes() if path.is_file() else None
        if content is None or hashlib.sha256(content).hexdigest() != self._digests[k]:
            what = "gone" if content is None else "damaged"
            logger.warning(f"{path} is {what}: the queries of later rounds do without the scores of round {k}")
            return None
        positions, scores = np.load(io.BytesIO(content), allow_pickle=False)
        return QueryScores(positions.astype(int), scores)
