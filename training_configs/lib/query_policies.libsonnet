// Query policies by the names that file names and tables give them.
local policies = {
  random: { type: 'random' },
  lc: { type: 'least_confidence' },
  mnlp: { type: 'mnlp' },
  nte: { type: 'normalized_token_entropy' },
  bald: { type: 'bald', num_samples: 10 },
  qbc: { type: 'vote_entropy', committee_size: 3 },
};
local stratified(policy) = { type: 'stratified', policy: policy, by: 'length', strata: 5 };

policies {
  random_stratified: stratified(policies.random),
  lc_stratified: stratified(policies.lc),
  mnlp_stratified: stratified(policies.mnlp),
  nte_stratified: stratified(policies.nte),
}
