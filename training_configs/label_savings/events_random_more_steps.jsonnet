// What saves labels: GENEVA, random sampling, twice the steps.
(import '../lib/large_pool.libsonnet')('events', 'random', learns='more_steps')
