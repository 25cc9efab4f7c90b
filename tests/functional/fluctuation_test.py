import numpy as np

from seqmix_plugin.functional import fluctuation

NAN = np.nan


def test_the_variance_by_hand() -> None:
    """
    0.2, 0.5, 0.8 vary by (0.3² + 0 + 0.3²) / 3 = 0.06; 0.4, 0.4, 0.4 do not; of 0.1, 0.3 it is 0.1² = 0.01; and one
    score alone has no variance.
    """
    earlier = np.array([[0.2, 0.4, NAN, NAN], [0.5, 0.4, 0.1, NAN]])
    found = fluctuation(np.array([0.8, 0.4, 0.3, 0.7]), earlier)
    np.testing.assert_allclose(found, [0.06, 0.0, 0.01, 0.0], atol=1e-15)


def test_it_is_that_of_what_is_known() -> None:
    rng = np.random.default_rng(0)
    scores, earlier = rng.normal(size=50), rng.normal(size=(4, 50))
    earlier[rng.random(earlier.shape) < 0.4] = NAN
    for column, found in enumerate(fluctuation(scores, earlier)):
        known = [score for score in earlier[:, column] if not np.isnan(score)]
        assert np.isclose(found, np.var([*known, scores[column]]))


def test_without_earlier_rounds_nothing_varies() -> None:
    assert fluctuation(np.array([3.0, -1.0]), np.zeros((0, 2))).tolist() == [0.0, 0.0]
