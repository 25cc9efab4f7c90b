"""What the rounds of a run are made of."""

from pathlib import Path
from typing import List, NamedTuple, Optional

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.active_learning.pool import Pool
from seqmix_plugin.augmenters import Augmenter, Workbench
from seqmix_plugin.oracles import Oracle
from seqmix_plugin.query_policies import QueryPolicy
from seqmix_plugin.sentence import SentenceSource
from seqmix_plugin.stopping import StoppingCriterion


class Parts(NamedTuple):
    """
    What a round is made of.

    # Parameters

    experiment : `Experiment`
        Data and loaders.
    pool : `Pool`
        What is labelled and what is not.
    outside : `SentenceSource`
        Sentences of the training file that are not in the pool.
    learners : `List[Learner]`
        The round's model and, after it, the other members of a committee.
    query_policy : `QueryPolicy`
        γ.
    oracle : `Oracle`
        Labels what is queried.
    augmenter : `Augmenter`
        Makes extra training sentences.
    stopping : `StoppingCriterion`, optional (default = `None`)
        Says when there are labels enough.
    """

    experiment: Experiment
    pool: Pool
    outside: SentenceSource
    learners: List[Learner]
    query_policy: QueryPolicy
    oracle: Oracle
    augmenter: Augmenter
    stopping: Optional[StoppingCriterion] = None

    def workbench(self, folder: Path, seed: int, round_number: int) -> Workbench:
        """What the augmenter may use in a round."""
        return Workbench(
            model=self.learners[0].model,
            reader=self.experiment.reader,
            readable=self.pool.sentences,
            outside=self.outside,
            folder=folder,
            seed=seed,
            round_number=round_number,
            model_is_trained=round_number > 0,
            seed_set=self.experiment.seed_set,
        )
