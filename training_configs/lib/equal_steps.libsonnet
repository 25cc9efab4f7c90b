// The paper's rounds, trained for the same number of optimizer steps whatever a method adds to the labelled sentences.
local paper = import 'paper.libsonnet';
local sources = import 'sources.libsonnet';

local methods(train) = {
  random: train('random'),
  nte: train('nte'),
  nte_duplicate: train('nte') + { trainer+: { augmenter: { type: 'duplicate', rate: 0.2 } } },
  nte_sub: train('nte', 'sub'),
};

function(
  source,  // 'minilm' or 'offline', whose `steps` it trains for
  corpus,  // 'conll', 'events' or 'webpage'
  method,  // 'random', 'nte', 'nte_duplicate' or 'nte_sub'
)
  local train(policy, mixup=null) =
    paper(corpus, policy, mixup, source=sources[source], batch_size=16, steps=sources[source].steps) + {
      // Faster on CPUs.
      data_loader+: { batches_per_bucket: 16 },
      trainer+: { training: { retries: 2, dtype: 'bfloat16' } },
    };
  methods(train)[method]
