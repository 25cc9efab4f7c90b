// A grid for `seqmix sweep`: random sampling, token entropy and SeqMix on the corpus that the repository ships, with
// 7 seeds each, about an hour on 2 cores. Seven, as two pairs of methods need seven seeds to differ significantly.
local quickstart = '../quickstart.jsonnet';

{
  configurations: {
    random: {
      config: quickstart,
      overrides: { 'trainer.query_policy': { type: 'random' }, 'trainer.augmenter': { type: 'none' } },
    },
    entropy: { config: quickstart, overrides: { 'trainer.augmenter': { type: 'none' } } },
    seqmix: quickstart,
  },
  seeds: '1-7',
  baseline: 'random',
}
