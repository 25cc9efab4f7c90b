"""Vectors that are far from each other, or stand for a cluster each, by matrix products over chunks of them."""

from typing import Optional, Tuple

import numpy as np

CHUNK = 8192
"""How many vectors are in a matrix product, which limits the memory that it takes."""


def k_center_greedy(vectors: np.ndarray, number: int, covered: Optional[np.ndarray] = None) -> np.ndarray:
    """
    The greedy solution of the k-centre problem (Sener and Savarese 2018, algorithm 1): each next vector is the one that
    is farthest from all that are chosen or covered. The largest distance that is left is at most twice the smallest
    that is possible.

    # Parameters

    vectors : `np.ndarray`
        Vectors to choose from. Shape: `(num_vectors, dimension)`
    number : `int`
        How many to choose, at most `num_vectors`.
    covered : `np.ndarray`, optional (default = `None`)
        Vectors that count as chosen before; without any, the first to be chosen is the one nearest to the mean of all.
        Shape: `(num_covered, dimension)`

    # Returns

    `np.ndarray`
        Distinct places, in the order in which they were chosen. Shape: `(number,)`
    """
    chosen = np.empty(number, dtype=int)
    norms = _squared_norms(vectors)
    if covered is None or len(covered) == 0:
        distances = np.full(len(vectors), np.inf)
    else:
        distances = nearest_centres(vectors, covered)[1]
    for turn in range(number):
        if turn == 0 and np.isinf(distances[0]):
            place = int(_squared_distances(vectors, vectors.mean(0), norms).argmin())
        else:
            place = int(distances.argmax())
        chosen[turn] = place
        np.minimum(distances, _squared_distances(vectors, vectors[place], norms), out=distances)
        distances[place] = -1  # below all others, also below those of equal vectors
    return chosen


def kmeans_plus_plus(
    vectors: np.ndarray, number: int, rng: np.random.Generator, first: Optional[int] = None
) -> np.ndarray:
    """
    The seeding of k-means++ (Arthur and Vassilvitskii 2007, section 2.2): each next vector is drawn with a probability
    proportional to its squared distance from the nearest of those drawn before.

    # Parameters

    vectors : `np.ndarray`
        Vectors to draw from. Shape: `(num_vectors, dimension)`
    number : `int`
        How many to draw, at most `num_vectors`.
    rng : `np.random.Generator`
        Random generator.
    first : `int`, optional (default = `None`)
        Place of the first one; by default it is drawn uniformly.

    # Returns

    `np.ndarray`
        Distinct places, in the order in which they were drawn. Where all that are left equal one that was drawn, the
        others are drawn uniformly. Shape: `(number,)`
    """
    chosen = np.empty(number, dtype=int)
    norms = _squared_norms(vectors)
    distances = np.full(len(vectors), np.inf)
    for turn in range(number):
        if turn == 0:
            place = int(rng.integers(len(vectors))) if first is None else first
        else:
            sums = np.cumsum(distances)
            if sums[-1] <= 0:
                rest = np.setdiff1d(np.arange(len(vectors)), chosen[:turn])
                chosen[turn:] = rng.permutation(rest)[: number - turn]
                break
            drawn = min(rng.random() * sums[-1], np.nextafter(sums[-1], 0))
            place = int(np.searchsorted(sums, drawn, side="right"))
        chosen[turn] = place
        np.minimum(distances, _squared_distances(vectors, vectors[place], norms), out=distances)
        distances[place] = 0
    return chosen


def kmeans(
    vectors: np.ndarray, number: int, rng: np.random.Generator, max_iterations: int = 20
) -> Tuple[np.ndarray, np.ndarray]:
    """
    Lloyd's algorithm from the seeding of k-means++, until no vector changes its cluster.

    # Parameters

    vectors : `np.ndarray`
        Vectors to cluster. Shape: `(num_vectors, dimension)`
    number : `int`
        Number of clusters, at most `num_vectors`. Where vectors are equal, some clusters may have no members.
    rng : `np.random.Generator`
        Random generator of the seeding.
    max_iterations : `int`, optional (default = `20`)
        Largest number of times that the centres are moved.

    # Returns

    `Tuple[np.ndarray, np.ndarray]`
        The cluster of each vector, from 0, and its squared distance from the centre. Shapes: `(num_vectors,)`
    """
    centres = vectors[kmeans_plus_plus(vectors, number, rng)]
    clusters, distances = nearest_centres(vectors, centres)
    for _ in range(max_iterations):
        before = clusters
        centres = _means(vectors, clusters, centres)
        clusters, distances = nearest_centres(vectors, centres)
        if (clusters == before).all():
            break
    return clusters, distances


def nearest_centres(vectors: np.ndarray, centres: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """
    The nearest centre of each vector.

    # Parameters

    vectors : `np.ndarray`
        Any vectors. Shape: `(num_vectors, dimension)`
    centres : `np.ndarray`
        The centres, at least one. Shape: `(num_centres, dimension)`

    # Returns

    `Tuple[np.ndarray, np.ndarray]`
        The number of the nearest centre and the squared distance from it, in double precision. Shapes:
        `(num_vectors,)`
    """
    clusters, distances = np.empty(len(vectors), dtype=int), np.empty(len(vectors))
    offset = _squared_norms(centres) / 2
    for start in range(0, len(vectors), CHUNK):
        chunk = vectors[start : start + CHUNK]
        # ‖v − c‖² = ‖v‖² − 2 (v·c − ‖c‖²/2)
        closeness = chunk @ centres.T - offset  # Shape: (chunk_size, num_centres)
        best = closeness.argmax(1)
        clusters[start : start + CHUNK] = best
        distances[start : start + CHUNK] = _squared_norms(chunk) - 2 * closeness[np.arange(len(chunk)), best]
    return clusters, distances.clip(min=0)


def in_turns(
    clusters: np.ndarray, costs: np.ndarray, ties: np.ndarray, taken: Optional[np.ndarray] = None
) -> np.ndarray:
    """
    An order that takes one member of each cluster in turn: in each turn that of the largest cluster first, and of each
    cluster that of the lowest cost first.

    # Parameters

    clusters : `np.ndarray`
        The cluster of each member, from 0. Shape: `(num_members,)`
    costs : `np.ndarray`
        The cost of each, by which the members of a cluster are sorted. Shape: `(num_members,)`
    ties : `np.ndarray`
        Distinct numbers that decide between equal costs, the lower one first. Shape: `(num_members,)`
    taken : `np.ndarray`, optional (default = `None`)
        The turns that each cluster misses, because so many of its members were taken before; by default none.
        Shape: `(num_clusters,)`

    # Returns

    `np.ndarray`
        The places of all members. Shape: `(num_members,)`
    """
    sizes = np.bincount(clusters)
    by_cluster = np.lexsort((ties, costs, clusters))
    turns = np.empty(len(clusters), dtype=int)
    turns[by_cluster] = np.arange(len(clusters)) - (np.cumsum(sizes) - sizes)[clusters[by_cluster]]
    if taken is not None:
        turns += taken[clusters]
    return np.lexsort((clusters, -sizes[clusters], turns))


def _means(vectors: np.ndarray, clusters: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The mean of each cluster; a centre without members stays where it is. Shape: `(num_centres, dimension)`"""
    sums = np.zeros(centres.shape)
    for start in range(0, len(vectors), CHUNK):
        members = clusters[start : start + CHUNK] == np.arange(len(centres))[:, None]
        sums += members.astype(vectors.dtype) @ vectors[start : start + CHUNK]
    sizes = np.bincount(clusters, minlength=len(centres))[:, None]
    return np.where(sizes > 0, sums / sizes.clip(min=1), centres).astype(vectors.dtype)


def _squared_norms(vectors: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", vectors, vectors)


def _squared_distances(vectors: np.ndarray, centre: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """From one centre, with the squared norms of the vectors. Shape: `(num_vectors,)`"""
    return (norms - 2 * (vectors @ centre) + centre @ centre).clip(min=0)
