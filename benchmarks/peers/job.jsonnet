// The job of the peers as a configuration: the seed set is given, the pool is queried once.
local job = std.parseJson(std.extVar('job'));
local experiment = import '../../training_configs/lib/active_learning.libsonnet';
local source = { encoders: { entities: job.encoder }, lr: job.lr };
local data = { train: job.files.pool, dev: job.files.dev, test: null, scheme: 'BIO', task: 'entities', pool_size: null, seed_size: 0, query_size: job.query_size };

experiment(source, data, { type: 'mnlp' }, num_rounds=1, num_epochs=job.epochs, batch_size=job.batch_size, seed=job.seed) + {
  model+: { dropout: job.dropout, head: { type: job.head } },
  seed_data_path: job.files.seed,
  trainer+: {
    trainer+: {
      grad_norm: job.grad_norm,
      optimizer+: {
        weight_decay: job.weight_decay,
        // The learning rate of the transitions of a CRF, as in training_configs/lib/learning.libsonnet.
        [if job.head == 'crf' then 'parameter_groups']+: [[['^head\\.'], { lr: 100 * job.lr, weight_decay: 0.0 }]],
      },
    },
  },
}
