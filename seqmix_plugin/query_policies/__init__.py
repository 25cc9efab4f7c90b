"""Query policies γ: which sentences of the pool to annotate next."""

from seqmix_plugin.query_policies.bald import BaldPolicy
from seqmix_plugin.query_policies.candidates import Candidates, QueryContext, ScoredBatch
from seqmix_plugin.query_policies.committee import ConsensusKlPolicy, VoteEntropyPolicy
from seqmix_plugin.query_policies.entity_weighted import EntityWeightedPolicy
from seqmix_plugin.query_policies.inverse_tag_frequency import InverseTagFrequencyPolicy
from seqmix_plugin.query_policies.least_confidence import LeastConfidencePolicy
from seqmix_plugin.query_policies.margin import MarginPolicy
from seqmix_plugin.query_policies.mnlp import MnlpPolicy
from seqmix_plugin.query_policies.normalized_token_entropy import NormalizedTokenEntropyPolicy
from seqmix_plugin.query_policies.query_policy import Query, QueryPolicy
from seqmix_plugin.query_policies.random import RandomPolicy
from seqmix_plugin.query_policies.stratified import StratifiedPolicy
from seqmix_plugin.query_policies.tag_count import TagCountPolicy
