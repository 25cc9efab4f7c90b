"""The vectors of the first word pieces, without the others and without waiting for a GPU."""

import functools
from types import ModuleType
from typing import Any, Callable, Optional


def select_first_pieces(module: ModuleType) -> None:
    """Completes the module of the embedder of word pieces."""
    embedder = module.PretrainedTransformerMismatchedEmbedder
    embedder.forward = of_first_pieces(embedder.forward)


def of_first_pieces(original: Callable[..., Any]) -> Callable[..., Any]:
    """
    AllenNLP collects the vectors of all pieces of each word, of as many as the longest word of the batch has, before it
    takes the first. It asks a GPU for that number and twice whether the positions are in range, and waits each time.
    The vectors and their gradients are the same without.
    """

    @functools.wraps(original)
    def forward(
        self: Any,
        token_ids: Any,
        mask: Any,
        offsets: Any,
        wordpiece_mask: Any,
        type_ids: Optional[Any] = None,
        segment_concat_mask: Optional[Any] = None,
    ) -> Any:
        if self.sub_token_mode != "first":
            return original(self, token_ids, mask, offsets, wordpiece_mask, type_ids, segment_concat_mask)
        vectors = self._matched_embedder(
            token_ids, wordpiece_mask, type_ids=type_ids, segment_concat_mask=segment_concat_mask
        )  # Shape: (batch_size, num_pieces, dimension)
        size, num_pieces, dimension = vectors.shape
        firsts = offsets[..., 0]  # Shape: (batch_size, num_tokens)
        exists = (firsts >= 0) & (firsts < num_pieces)  # A word of no piece has the vector 0.
        rows = (firsts.new_ones(size, 1).cumsum(0) - 1) * num_pieces
        flat = vectors.reshape(-1, dimension).index_select(0, (firsts * exists + rows).reshape(-1))
        return flat.reshape(*firsts.shape, dimension) * exists.unsqueeze(-1)

    return forward
