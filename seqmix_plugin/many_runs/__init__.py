"""Several runs at a time, in local processes or on a Ray cluster: what `seqmix repeat` and `seqmix sweep` share."""
