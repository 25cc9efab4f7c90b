"""The paper's formulas as pure functions; registered classes only bind their settings."""

from seqmix_plugin.functional.clustering import (
    in_turns,
    k_center_greedy,
    kmeans,
    kmeans_plus_plus,
    nearest_centres,
)
from seqmix_plugin.functional.crf import TransitionScores, expected_score, forward_backward, log_partition, viterbi
from seqmix_plugin.functional.fluctuation import fluctuation
from seqmix_plugin.functional.gradient_embedding import gradient_embedding, random_projection
from seqmix_plugin.functional.hidden_mixing import mix_with_partners, partners_in_batch, partners_in_sentence
from seqmix_plugin.functional.label_aligned import (
    apportioned,
    count_others,
    draw_others,
    segments,
    select_some,
    shuffled_within,
)
from seqmix_plugin.functional.length import nearest_windows, rank_among_nearest, regressed_on_length
from seqmix_plugin.functional.length_density import length_density
from seqmix_plugin.functional.losses import smoothed, soft_cross_entropy
from seqmix_plugin.functional.mixture_scores import Mixtures
from seqmix_plugin.functional.mixup import (
    dominant_distribution,
    mix_distributions,
    mix_vectors,
    sample_lambda,
    smoothed_distribution,
)
from seqmix_plugin.functional.nearest import (
    DISTANCES,
    Restriction,
    mean_neighbour_similarity,
    nearest,
    satisfied,
)
from seqmix_plugin.functional.nearest_mixed import nearest_mixed
from seqmix_plugin.functional.ngrams import Ngram, ngrams
from seqmix_plugin.functional.perplexity import negative_log_likelihood, perplexity, pseudo_perplexity
from seqmix_plugin.functional.precision import at_least_float32
from seqmix_plugin.functional.pseudo_labels import mean_confidence, sharpened
from seqmix_plugin.functional.shares import evenly_spread, interleaved
from seqmix_plugin.functional.transfer import on_device
from seqmix_plugin.functional.typicality import neighbour_distance
from seqmix_plugin.functional.uncertainty import (
    consensus_divergence,
    least_confidence,
    negative_mean_log_probability,
    normalized_token_entropy,
    path_least_confidence,
    vote_entropy,
)
from seqmix_plugin.functional.windows import eligible_windows, whole_entity_windows
from seqmix_plugin.functional.word_shape import word_shape
from seqmix_plugin.functional.word_uncertainty import (
    inverse_frequency_weights,
    over_words,
    probability_of_others,
    word_uncertainty,
)
