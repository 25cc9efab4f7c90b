// The seed set alone, on the paper's schedule. The paper's public code trains the model on the seed set, then trains the
// same model again with the augmented seed set, and reports the second; its baseline is trained once.
local paper = import 'paper.libsonnet';
local sources = import 'sources.libsonnet';

function(
  corpus,  // 'conll', 'events' or 'webpage'
  trainings,  // 1, or 2: on the seed set, then again with what is generated
  mixup=null,  // as in paper.libsonnet
)
  paper(corpus, 'nte', mixup, source=sources.minilm)
  + { trainer+: { num_rounds: 0, query_size: [], training+: { seed_trainings: trainings } } }
