// Query policies by the names that file names and tables give them.
{
  random: { type: 'random' },
  lc: { type: 'least_confidence' },
  mnlp: { type: 'mnlp' },
  nte: { type: 'normalized_token_entropy' },
  bald: { type: 'bald', num_samples: 10 },
  qbc: { type: 'vote_entropy', committee_size: 3 },
}
