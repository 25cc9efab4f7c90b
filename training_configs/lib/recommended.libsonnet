// The candidate for saving labels: better than random sampling at equal sentences and at equal tokens on CoNLL-2003, and
// provisional until the other policies are measured. What it saves is in "What saves labels" of docs/results.md.
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
