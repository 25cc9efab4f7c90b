"""The cost of annotations, by hand."""

import pytest

from seqmix_plugin.annotation_cost import AnnotationCost, annotation_seconds

COUNTS = {"sentences": 2, "tokens": 30, "entities": 5}


def test_by_hand() -> None:
    assert annotation_seconds(COUNTS, AnnotationCost(10, 2, 4)) == 2 * 10 + 30 * 2 + 5 * 4
    assert annotation_seconds(COUNTS, AnnotationCost(0, 0.5, 0)) == 15


def test_the_published_model_by_hand() -> None:
    """A sentence of 10 tokens with one correction takes 37.95 + 5.387 + 12.57 seconds."""
    assert annotation_seconds({"sentences": 1, "tokens": 10, "entities": 1}) == pytest.approx(55.907)
    # 2 · 12.57 + 30 · 3.795 + 5 · 5.387 = 25.14 + 113.85 + 26.935
    assert annotation_seconds(COUNTS) == pytest.approx(165.925)


def test_sums_of_counts_have_sums_of_costs() -> None:
    first, second = {"sentences": 1, "tokens": 12, "entities": 0}, {"sentences": 1, "tokens": 18, "entities": 5}
    assert annotation_seconds(first) + annotation_seconds(second) == pytest.approx(annotation_seconds(COUNTS))
