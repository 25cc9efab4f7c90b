"""The density of the lengths of a pool's sentences."""

import numpy as np


def length_density(lengths: np.ndarray) -> np.ndarray:
    """
    A kernel estimate of the density of the lengths, at each length up to the largest. The kernel is Gaussian, and its
    bandwidth that of the normal reference rule, 1.059 · min(σ, IQR / 1.349) · n^(−1/5) (Silverman 1986), as in the
    public code of Şapcı et al. (2023), which multiplies a sentence's score by the square root of this density.

    # Parameters

    lengths : `np.ndarray`
        Number of words of each sentence. Shape: `(num_sentences,)`

    # Returns

    `np.ndarray`
        1 everywhere where all lengths are the same. Shape: `(largest + 1,)`
    """
    largest, number = int(lengths.max(initial=0)), len(lengths)
    low, high = np.percentile(lengths, [25, 75]) if number else (0, 0)
    deviation = float(lengths.std(ddof=1)) if number > 1 else 0.0
    spread = min(deviation, (high - low) / 1.349) or deviation  # most lengths may be the same
    if spread == 0:
        return np.ones(largest + 1)
    bandwidth = 1.059 * spread * number**-0.2
    values, counts = np.unique(lengths, return_counts=True)
    weights = counts / (number * bandwidth * np.sqrt(2 * np.pi))
    # One length at a time: memory grows with the lengths, not with their square.
    kernels = (np.exp(-0.5 * ((length - values) / bandwidth) ** 2) for length in range(largest + 1))
    return np.array([weights @ kernel for kernel in kernels])
