"""The perplexity of the words of a window, given what is around them."""

import math
from dataclasses import replace
from typing import Any, List, Tuple

import numpy as np
import pytest
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer

from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.augmenters.language_models import (
    InDomainLanguageModel,
    LanguageModel,
    MaskedLanguageModel,
    PretrainedLanguageModel,
)
from seqmix_plugin.augmenters.language_models.language_model import pieces_at
from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2Settings
from seqmix_plugin.sentence import TaggedSentence
from tests.augmenters.language_models_test import one_at_a_time, sentences


def of_windows(model: LanguageModel, *asked: Tuple[str, int, int]) -> List[float]:
    """The perplexity of words `start` to `end` of each text."""
    some = sentences(*(text for text, _, _ in asked))
    return model.perplexities(some, some, [(start, end) for _, start, end in asked]).tolist()


def test_pieces_that_hold_a_character_of_a_place() -> None:
    offsets = [(0, 0), (0, 4), (4, 7), (7, 7), (7, 12), (0, 0)]  # special pieces have no characters
    assert pieces_at(offsets, (4, 12)) == (2, 5)
    assert pieces_at(offsets, (5, 6)) == (2, 3)
    assert pieces_at(offsets, (3, 8)) == (1, 5)
    assert pieces_at(offsets, (12, 14)) == (0, 0)
    assert pieces_at(offsets, (4, 4)) == (0, 0)


@pytest.mark.parametrize(
    ("words", "window", "cut", "joined"),
    [
        ("Anna 's house , in Oslo .", (1, 3), " 's house", "'s house"),
        ("Anna 's house , in Oslo .", (0, 1), "Anna", "Anna"),
        ("Anna 's house , in Oslo .", (6, 7), " .", "."),
        ('she said " go on " twice', (2, 6), ' " go on "', ' "go on"'),
        ('she said " go on " twice', (3, 4), " go", "go"),
        ("北京 很 大", (1, 3), " 很 大", "很大"),
        ("a @-@ b c", (2, 4), " b c", "b c"),  # what Moses makes of a hyphen that it has split
        ("😀 Oslo é", (1, 2), " Oslo", " Oslo"),
    ],
)
def test_where_the_words_of_a_window_stand(
    words: str, window: Tuple[int, int], cut: str, joined: str, tiny_gpt2: str
) -> None:
    for text, expected in (("tokens", cut), ("detokenized", joined)):
        model = PretrainedLanguageModel(tiny_gpt2, text=text)
        [read] = model.texts(sentences(words))
        [(begin, end)] = model.window_offsets(sentences(words), [read], [window])
        assert read[begin:end] == expected


def test_a_causal_window_by_hand(tiny_gpt2: str) -> None:
    """exp of the mean −ln p of the window's pieces, each given all pieces before it."""
    tokenizer, network = AutoTokenizer.from_pretrained(tiny_gpt2), AutoModelForCausalLM.from_pretrained(tiny_gpt2)
    before, window = tokenizer("Anna")["input_ids"], tokenizer(" sings in Oslo")["input_ids"]
    assert tokenizer("Anna sings in Oslo .")["input_ids"][: len(before + window)] == before + window
    ids = torch.tensor([[tokenizer.bos_token_id, *before, *window]])
    with torch.no_grad():
        logits = network(ids).logits[0].log_softmax(-1)
    terms = [-float(logits[t - 1, ids[0, t]]) for t in range(1 + len(before), ids.size(1))]
    expected = math.exp(sum(terms) / len(terms))
    for batch_tokens in (1, 40, 1024):
        model = PretrainedLanguageModel(tiny_gpt2, batch_tokens=batch_tokens)
        asked = ("Anna sings in Oslo .", 1, 4)
        # What follows the window does not count, nor do the other sentences of the batch.
        others = [("Anna sings in Oslo Paris Paris Paris", 1, 4), ("Oslo", 0, 1)]
        assert of_windows(model, asked, *others)[:2] == pytest.approx([expected] * 2, rel=1e-4)
    whole = model.perplexities(sentences("Anna sings in Oslo"), sentences("Anna sings in Oslo"))
    assert of_windows(model, ("Anna sings in Oslo", 0, 4)) == pytest.approx(whole.tolist())


def test_a_masked_window_by_hand(tiny_masked: str) -> None:
    """The window's pieces are masked one after the other; the whole sentence is their context."""
    tokenizer, network = AutoTokenizer.from_pretrained(tiny_masked), AutoModelForMaskedLM.from_pretrained(tiny_masked)
    text = "Anna sings in Oslo ."
    ids, begin = tokenizer(text)["input_ids"], len(tokenizer("Anna")["input_ids"]) - 1
    end = len(tokenizer("Anna sings in")["input_ids"]) - 1
    uncounted = [int(not begin <= t < end) for t in range(len(ids))]
    expected = one_at_a_time(network, ids, uncounted, tokenizer.mask_token_id)
    model = MaskedLanguageModel(tiny_masked)
    found, other = of_windows(model, (text, 1, 3), ("Anna sings in the flights", 1, 3))
    assert found == pytest.approx(expected, rel=1e-4)
    assert other != pytest.approx(found, rel=1e-3)
    whole = model.perplexities(sentences(text), sentences(text))
    assert of_windows(model, (text, 0, 5)) == pytest.approx(whole.tolist())


def test_detokenized_windows_are_those_of_the_text(tiny_gpt2: str, tiny_masked: str) -> None:
    for kind, name in ((PretrainedLanguageModel, tiny_gpt2), (MaskedLanguageModel, tiny_masked)):
        read = of_windows(kind(name, text="detokenized"), ("Anna , in Oslo", 0, 2), ("Oslo .", 0, 2))
        assert read == pytest.approx(of_windows(kind(name), ("Anna, in Oslo", 0, 1), ("Oslo.", 0, 1)))


def test_a_window_far_to_the_right_is_still_read(tiny_gpt2: str) -> None:
    """64 positions: what is farthest to the left is left out, not the window."""
    model = PretrainedLanguageModel(tiny_gpt2)
    long, other = of_windows(model, ("Oslo " * 200 + "Anna sings", 200, 202), ("Oslo " * 200 + "Paris Paris", 200, 202))
    assert min(long, other) > 1
    assert long != pytest.approx(other, rel=1e-3)
    assert np.isfinite(of_windows(model, ("Oslo " * 200, 10, 190))).all()  # longer than all positions


def test_a_masked_window_far_to_the_right_is_still_read(tiny_encoder: str, tmp_path: Any) -> None:
    """24 positions, two of them for special pieces: the last 22 words are the window's and those before it."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.BertConfig(vocab_size=len(tokenizer), max_position_embeddings=24, **shape)
    torch.manual_seed(0)
    transformers.BertForMaskedLM(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = MaskedLanguageModel(str(tmp_path))
    words = ["Oslo", "Paris", "Anna", "Berg", "in"] * 20
    far = of_windows(model, (" ".join(words), 80, 83))
    assert far == pytest.approx(of_windows(model, (" ".join(words[61:83]), 19, 22)), rel=1e-5)
    near = of_windows(model, (" ".join(words), 2, 5))
    assert near == pytest.approx(of_windows(model, (" ".join(words[:22]), 2, 5)), rel=1e-5)


def test_a_shuffled_window_is_found_by_the_window(context: AugmentationContext) -> None:
    """Five of many words in another order: the window's perplexity rises by far more than the sentence's."""
    model = InDomainLanguageModel(settings=SmallGpt2Settings(vocab_size=600, dimension=64, max_epochs=8))
    model.start_round(context)
    rng = np.random.default_rng(0)
    frames = [sentence for sentence in context.readable if len(sentence) >= 10]
    windows = [(start, start + 5) for start in (int(rng.integers(len(frame) - 4)) for frame in frames)]
    mixed = [_shuffled(frame, window, rng) for frame, window in zip(frames, windows, strict=True)]
    apart = []
    for given in ([], [windows]):
        intact, shuffled = (model.perplexities(some, frames, *given) for some in (frames, mixed))
        apart.append(np.median(np.log(shuffled / intact)))
    assert (shuffled > intact).mean() > 0.8
    assert apart[1] > 2 * apart[0]


def _shuffled(frame: TaggedSentence, window: Tuple[int, int], rng: np.random.Generator) -> TaggedSentence:
    start, end = window
    inside = frame.tokens[start:end]
    order = inside
    while order == inside:
        order = tuple(rng.permutation(inside).tolist())
    return replace(frame, tokens=frame.tokens[:start] + order + frame.tokens[end:])
