// The way to save labels that the records recommend so far: provisional, see "What saves labels" in docs/results.md.
local policies = import 'query_policies.libsonnet';

{
  // The keys of the trainer that it consists of.
  trainer: { query_policy: policies.mnlp_stratified },
  // The configurations of label_savings/ and large_pool/ in which it is measured, after the name of the corpus: it, and
  // it without one of its parts.
  measured_as: 'mnlp_stratified',
  without: {
    'strata of length': 'mnlp',
    uncertainty: 'random_stratified',
  },
}
