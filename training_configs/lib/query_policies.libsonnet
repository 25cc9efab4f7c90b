// Query policies by the names that file names and tables give them.
local policies = {
  random: { type: 'random' },
  lc: { type: 'least_confidence' },
  mnlp: { type: 'mnlp' },
  nte: { type: 'normalized_token_entropy' },
  bald: { type: 'bald', num_samples: 10 },
  qbc: { type: 'vote_entropy', committee_size: 3 },
  margin: { type: 'margin' },
  tag_count: { type: 'tag_count' },
  inverse_tag_frequency: { type: 'inverse_tag_frequency' },
  entity_weighted: { type: 'entity_weighted' },
  coreset: { type: 'core_set' },
  kmeans: { type: 'kmeans' },
  badge: { type: 'badge' },
  typical: { type: 'typical' },
  mnlp_kmeans: { type: 'hybrid', policy: policies.mnlp, diversity: policies.kmeans, factor: 3 },
};
local fluctuation(policy) = { type: 'fluctuation_history', policy: policy, window: 3, weight: 0.5 };
local stratified(policy) = { type: 'stratified', policy: policy, by: 'length', strata: 5 };
local length_ranked(policy) = { type: 'length_ranked', policy: policy, neighbours: 101 };
local length_regressed(policy) = { type: 'length_regressed', policy: policy, standardized: true };
local random_share(policy) = { type: 'random_share', policy: policy, share: 0.2 };

policies {
  random_stratified: stratified(policies.random),
  lc_stratified: stratified(policies.lc),
  mnlp_stratified: stratified(policies.mnlp),
  nte_stratified: stratified(policies.nte),
  margin_stratified: stratified(policies.margin),
  mnlp_fluctuation: fluctuation(policies.mnlp),
  itf_stratified: stratified(policies.inverse_tag_frequency),
  entity_weighted_stratified: stratified(policies.entity_weighted),
  bald_stratified: stratified(policies.bald),
  qbc_stratified: stratified(policies.qbc),
  mnlp_kmeans_stratified: stratified(policies.mnlp_kmeans),
  mnlp_stratified_without_redundancy: { type: 'without_redundancy', policy: stratified(policies.mnlp), ngram: 3, max_overlap: 0.5 },
  lc_length_ranked: length_ranked(policies.lc),
  mnlp_length_ranked: length_ranked(policies.mnlp),
  mnlp_length_regressed: length_regressed(policies.mnlp),
  mnlp_stratified_random_share: random_share(stratified(policies.mnlp)),
}
