"""Encoders and tokenizers that belong to one run, in a process that has several."""

from contextlib import contextmanager
from typing import Any, Dict, Iterator, Tuple

Encoders = Tuple[Dict[Any, Any], Dict[Any, Any]]
"""Models and tokenizers, as AllenNLP keeps them."""


def no_encoders() -> Encoders:
    """What a run begins with."""
    return {}, {}


@contextmanager
def encoders_of_its_own(own: Encoders) -> Iterator[None]:
    """
    Meanwhile AllenNLP knows these encoders alone, to which it adds what it loads. It keeps encoders for the whole
    process, by their names: without this, those of another run would be taken which have other `transformer_kwargs`,
    or weights that have changed on disk.
    """
    from allennlp.common import cached_transformers  # takes seconds to import

    caches: Encoders = (cached_transformers._model_cache, cached_transformers._tokenizer_cache)
    before = [dict(cache) for cache in caches]
    for cache, values in zip(caches, own, strict=True):
        cache.clear()
        cache.update(values)
    try:
        yield
    finally:
        for cache, values, kept in zip(caches, own, before, strict=True):
            values.clear()
            values.update(cache)
            cache.clear()
            cache.update(kept)
