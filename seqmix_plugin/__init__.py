"""
Active learning for sequence labelling with SeqMix augmentation, as an AllenNLP plugin.

Importing the package imports its sub-packages, so that their classes and the sub-commands of `allennlp` are registered.
"""

import allennlp.common.checks

from seqmix_plugin import (
    active_learning,
    augmenters,
    commands,
    data,
    formats,
    metrics,
    models,
    optimizers,
    oracles,
    predictors,
    query_policies,
    service,
    stopping,
)
from seqmix_plugin.allennlp_gaps import fill_gaps

fill_gaps()
