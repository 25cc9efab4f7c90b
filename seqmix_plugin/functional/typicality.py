"""How typical a vector is of its cluster."""

import numpy as np

from seqmix_plugin.functional.clustering import CHUNK

MAX_REFERENCES = 2048
"""Of a larger cluster so many members are drawn, among which the neighbours are looked for."""


def neighbour_distance(
    vectors: np.ndarray, clusters: np.ndarray, rng: np.random.Generator, neighbours: int = 20
) -> np.ndarray:
    """
    The mean distance of each vector from its nearest neighbours in its cluster. Its inverse is the typicality of
    Hacohen et al. (2022). In clusters of more than 2,048 members the neighbours are those among 2,048 that
    are drawn at random, so that the time is linear in the number of vectors.

    # Parameters

    vectors : `np.ndarray`
        Any vectors. Shape: `(num_vectors, dimension)`
    clusters : `np.ndarray`
        The cluster of each, from 0. Shape: `(num_vectors,)`
    rng : `np.random.Generator`
        Random generator that draws from large clusters.
    neighbours : `int`, optional (default = `20`)
        Number of nearest neighbours; all other members where a cluster has fewer.

    # Returns

    `np.ndarray`
        Infinite for the only member of a cluster. Shape: `(num_vectors,)`
    """
    result = np.full(len(vectors), np.inf)
    ends = np.cumsum(np.bincount(clusters))
    for members in np.split(np.argsort(clusters, kind="stable"), ends[:-1]):
        if len(members) > 1:
            result[members] = _in_one_cluster(vectors, members, rng, neighbours)
    return result


def _in_one_cluster(vectors: np.ndarray, members: np.ndarray, rng: np.random.Generator, neighbours: int) -> np.ndarray:
    chosen = np.arange(len(members))
    if len(members) > MAX_REFERENCES:
        chosen = np.sort(rng.choice(len(members), MAX_REFERENCES, replace=False))
    references = vectors[members[chosen]]  # Shape: (num_references, dimension)
    offset = np.einsum("ij,ij->i", references, references)
    number = min(neighbours, len(chosen) - 1)
    column = np.full(len(members), -1)
    column[chosen] = np.arange(len(chosen))
    result = np.empty(len(members))
    step = max(1, CHUNK * 128 // len(chosen))
    for start in range(0, len(members), step):
        chunk = vectors[members[start : start + step]]
        squared = offset - 2 * (chunk @ references.T)  # Shape: (chunk_size, num_references)
        squared += np.einsum("ij,ij->i", chunk, chunk)[:, None]
        own = column[start : start + step]
        rows = np.flatnonzero(own >= 0)
        squared[rows, own[rows]] = np.inf  # no vector is its own neighbour
        nearest = np.partition(squared, number - 1, axis=1)[:, :number]
        result[start : start + step] = np.sqrt(nearest.clip(min=0)).mean(1)
    return result
