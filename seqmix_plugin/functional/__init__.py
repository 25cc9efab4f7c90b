"""The paper's formulas as pure functions; registered classes only bind their settings."""

from seqmix_plugin.functional.crf import TransitionScores, expected_score, forward_backward, log_partition, viterbi
from seqmix_plugin.functional.losses import soft_cross_entropy
from seqmix_plugin.functional.mixup import mix_distributions, nearest, sample_lambda
from seqmix_plugin.functional.perplexity import perplexity
from seqmix_plugin.functional.uncertainty import least_confidence, normalized_token_entropy
from seqmix_plugin.functional.windows import eligible_windows

__all__ = [
    "TransitionScores",
    "eligible_windows",
    "expected_score",
    "forward_backward",
    "least_confidence",
    "log_partition",
    "mix_distributions",
    "nearest",
    "normalized_token_entropy",
    "perplexity",
    "sample_lambda",
    "soft_cross_entropy",
    "viterbi",
]
