"""Random generators derived from (seed, round, purpose), so that no stage depends on what ran before it."""

import hashlib
import random

import numpy as np
import torch


def derive_seed(seed: int, round_number: int, purpose: str) -> int:
    """
    Derives a seed of 32 bits from the run's seed, the round and the purpose.

    # Parameters

    seed : `int`
        The run's seed.
    round_number : `int`
        Number of the round; 0 trains on the seed set.
    purpose : `str`
        Name of what is drawn, such as `"query"`; two purposes never share a generator.
    """
    digest = hashlib.sha256(f"{seed}/{round_number}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def generator(seed: int, round_number: int, purpose: str) -> np.random.Generator:
    """The random generator of one purpose in one round."""
    return np.random.default_rng(derive_seed(seed, round_number, purpose))


def reseed_globals(seed: int, round_number: int, purpose: str) -> None:
    """Seeds the global generators, which dropout and AllenNLP use, at the start of a stage."""
    derived = derive_seed(seed, round_number, purpose)
    random.seed(derived)
    np.random.seed(derived)
    torch.manual_seed(derived)
