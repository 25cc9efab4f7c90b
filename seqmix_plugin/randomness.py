"""Every random choice of a run follows from (seed, round, purpose), so that no stage depends on what ran before it."""

import hashlib
import random

import numpy as np
import torch


def derive_seed(seed: int, round_number: int, purpose: str) -> int:
    """
    A seed of 32 bits from the run's seed, the round and a name for what is drawn.

    # Parameters

    seed : `int`
        The run's one seed.
    round_number : `int`
        The round of active learning; 0 is the seed set's.
    purpose : `str`
        For instance `"query"`; two purposes never share a generator.
    """
    digest = hashlib.sha256(f"{seed}/{round_number}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def generator(seed: int, round_number: int, purpose: str) -> np.random.Generator:
    """A generator of its own for one purpose of one round."""
    return np.random.default_rng(derive_seed(seed, round_number, purpose))


def reseed_globals(seed: int, round_number: int, purpose: str) -> None:
    """Sets the global generators, which dropout and stock AllenNLP code draw from, at the start of a stage."""
    derived = derive_seed(seed, round_number, purpose)
    random.seed(derived)
    np.random.seed(derived)
    torch.manual_seed(derived)
