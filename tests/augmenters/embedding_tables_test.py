"""What every embedding table must do."""

from typing import List

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables import EmbeddingTable, SubSequence
from seqmix_plugin.functional import nearest
from seqmix_plugin.sentence import TaggedSentence

NAMES = ["vocabulary", "contextual"]


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    def test_a_vector_a_word(self, name: str, context: AugmentationContext) -> None:
        table = EmbeddingTable.by_name(name)().build(context, context.readable[:3])
        assert table.vectors.shape == (len(table.words), 32)
        assert len(set(table.words)) == len(table.words)
        assert torch.isfinite(table.vectors).all()
        assert not table.vectors.requires_grad

    def test_words_are_found_in_their_own_row(self, name: str, context: AugmentationContext) -> None:
        table = EmbeddingTable.by_name(name)().build(context, [])
        assert table.rows(table.words).tolist() == list(range(len(table.words)))
        assert table.rows(["Qqqqq"]).tolist() == [-1]

    def test_windows_come_one_after_the_other(
        self, name: str, context: AugmentationContext, corpus: List[TaggedSentence]
    ) -> None:
        parents = corpus[:2]
        table = EmbeddingTable.by_name(name)().build(context, parents)
        windows = [SubSequence(parents[1], 1, 3), SubSequence(parents[0], 0, 2)]
        together = table.embed(windows)
        assert together.shape == (4, 32)
        assert torch.equal(together, torch.cat([table.embed([window]) for window in windows]))

    def test_a_row_is_nearest_to_itself(self, name: str, context: AugmentationContext) -> None:
        table = EmbeddingTable.by_name(name)().build(context, [])
        nobody = torch.full((len(table.words), 1), -1)
        assert nearest(table.vectors, table.vectors, nobody).tolist() == list(range(len(table.words)))

    def test_another_distance_is_an_error(self, name: str) -> None:
        with pytest.raises(
            ConfigurationError, match="embedding_table.distance is 'l1'; expected one of l2, cosine, csls"
        ):
            EmbeddingTable.by_name(name)(distance="l1")
