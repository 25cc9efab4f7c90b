// What saves labels: GENEVA, random sampling, self-training.
(import '../lib/large_pool.libsonnet')('events', 'random', learns='self_training')
