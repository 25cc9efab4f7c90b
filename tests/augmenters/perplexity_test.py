"""The perplexity discriminator and its language models."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import List, Sequence

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError
from transformers import AutoModelForCausalLM, AutoTokenizer, BertConfig, BertForMaskedLM

from seqmix_plugin.augmenters import Workbench
from seqmix_plugin.augmenters.discriminators import PerplexityDiscriminator
from seqmix_plugin.augmenters.language_models import InDomainLanguageModel, LanguageModel, PretrainedLanguageModel
from seqmix_plugin.augmenters.language_models.in_domain import _half
from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2Settings
from seqmix_plugin.sentence import TaggedSentence

SMALL = SmallGpt2Settings(vocab_size=400, num_layers=1, dimension=32, max_epochs=3)


class Spelled(LanguageModel):
    """The perplexity of a text is the number it spells."""

    def perplexities(self, texts: Sequence[str], frames: Sequence[str]) -> np.ndarray:
        return np.array([float(text) for text in texts])


def judge(discriminator: PerplexityDiscriminator, *numbers: float) -> List[bool]:
    children = [TaggedSentence(str(n), (str(number),)) for n, number in enumerate(numbers)]
    return [verdict.accepted for verdict in discriminator.judge(children, children)]


def test_both_ends_of_the_range_are_accepted(workbench: Workbench) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), range=[10, 500])
    discriminator.start_round(workbench)
    assert judge(discriminator, 9.99, 10, 250, 500, 500.01) == [False, True, True, True, False]
    assert discriminator.statistics()["accepted_range"] == [10, 500]
    assert discriminator.statistics()["median_perplexity"] == 250


def test_null_is_no_upper_limit(workbench: Workbench) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), range=[0, None])
    discriminator.start_round(workbench)
    assert judge(discriminator, 1, 1e30) == [True, True]
    assert discriminator.statistics()["accepted_range"] == [0, None]


def test_quantiles_of_the_first_candidates_hold_for_the_round(workbench: Workbench) -> None:
    discriminator = PerplexityDiscriminator(Spelled(), quantile=[0, 0.5])
    discriminator.start_round(workbench)
    assert judge(discriminator, 1, 2, 3, 4, 5) == [True, True, True, False, False]
    assert judge(discriminator, 2.5, 3.5, 100) == [True, False, False]
    discriminator.start_round(workbench)
    assert judge(discriminator, 100, 200, 300) == [True, True, False]


def test_quantiles_ask_for_enough_candidates() -> None:
    discriminator = PerplexityDiscriminator(Spelled(), quantile=[0, 0.5])
    assert [discriminator.first_batch_size(wanted) for wanted in (5, 100)] == [64, 200]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "either 'range' or 'quantile'"),
        ({"range": [0, 500], "quantile": [0, 0.5]}, "either 'range' or 'quantile'"),
        ({"range": [500, 0]}, r"discriminator.range is \[500, 0\]"),
        ({"range": [0]}, r"discriminator.range is \[0\]"),
        ({"range": [0, "500"]}, "discriminator.range is"),
        ({"quantile": [0, 50]}, r"discriminator.quantile is \[0, 50\].*from 0 to 1"),
    ],
)
def test_ranges_that_are_none_are_errors(settings: dict, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        PerplexityDiscriminator(Spelled(), **settings)


def test_pretrained_is_equation_9_one_sentence_at_a_time(tiny_gpt2: str, workbench: Workbench) -> None:
    texts = ["Anna sings in Oslo .", "Oslo", "the the the the the the the", "Paris flights"]
    tokenizer, network = AutoTokenizer.from_pretrained(tiny_gpt2), AutoModelForCausalLM.from_pretrained(tiny_gpt2)
    expected = []
    for text in texts:
        ids = [tokenizer.bos_token_id, *tokenizer(text)["input_ids"]]
        with torch.no_grad():
            log_probabilities = network(torch.tensor([ids])).logits[0].log_softmax(-1)
        terms = [-float(log_probabilities[t, ids[t + 1]]) / math.log(2) for t in range(len(ids) - 1)]
        expected.append(2 ** (sum(terms) / len(terms)))
    model = PretrainedLanguageModel(tiny_gpt2, batch_tokens=24)
    model.start_round(workbench)
    assert model.perplexities(texts, texts) == pytest.approx(expected, rel=1e-4)
    assert PretrainedLanguageModel(tiny_gpt2).perplexities(texts, texts) == pytest.approx(expected, rel=1e-4)


def test_a_text_longer_than_the_context_gets_a_score(tiny_gpt2: str) -> None:
    assert np.isfinite(PretrainedLanguageModel(tiny_gpt2).perplexities(["Oslo " * 200], [""])).all()


def test_a_model_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="language_model.model_name 'no/such-model'"):
        PretrainedLanguageModel("no/such-model")


def test_an_encoder_is_no_language_model(tiny_encoder: str) -> None:
    with pytest.raises(ConfigurationError, match="is no causal language model; it lacks cls"):
        PretrainedLanguageModel(tiny_encoder)


def test_a_masked_model_is_no_causal_one(tiny_encoder: str, tmp_path: Path) -> None:
    config = BertConfig.from_pretrained(tiny_encoder)
    BertForMaskedLM(config).save_pretrained(tmp_path / "masked")
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(tmp_path / "masked")
    with pytest.raises(ConfigurationError, match="a masked model, which sees the word it is asked for"):
        PretrainedLanguageModel(str(tmp_path / "masked"))


def test_in_domain_is_fitted_outside_the_slice_and_kept(workbench: Workbench) -> None:
    model = InDomainLanguageModel(settings=SMALL)
    model.start_round(workbench)
    texts = [sentence.text for sentence in workbench.readable[:7]] + ["Oslo"]
    scores = model.perplexities(texts, texts)
    assert (scores >= 1).all()
    assert np.isfinite(scores).all()
    said = model.statistics()
    assert said["fitted_to"] == "outside the slice"
    assert len(said["models"]) == 1
    assert said["models"][0]["held_out_perplexity"] == min(said["models"][0]["held_out_perplexities"])
    # Another run of the same configuration in the folder loads it; its numbers are the same.
    again = InDomainLanguageModel(settings=SMALL)
    again.start_round(workbench)
    assert np.array_equal(again.perplexities(texts, texts), scores)
    # And one that cannot load it fits the same.
    fit = workbench.folder / "language_model" / "0" / "fit.json"
    fit.write_text(json.dumps({**json.loads(fit.read_text()), "digest": "of other text"}))
    anew = InDomainLanguageModel(settings=SMALL)
    anew.start_round(workbench)
    assert np.array_equal(anew.perplexities(texts, texts), scores)


def test_in_domain_learns(workbench: Workbench) -> None:
    """Sentences of the corpus are more plausible than the same words shuffled."""
    settings = SmallGpt2Settings(vocab_size=600, num_layers=2, dimension=64, max_epochs=8)
    model = InDomainLanguageModel(settings=settings)
    model.start_round(workbench)
    rng = np.random.default_rng(0)
    texts = [sentence.text for sentence in workbench.readable]
    shuffled = [" ".join(rng.permutation(sentence.tokens)) for sentence in workbench.readable]
    wins = model.perplexities(texts, texts) < model.perplexities(shuffled, texts)
    assert wins.mean() > 0.85


def test_in_domain_never_reads_the_parent_whose_words_a_child_keeps(workbench: Workbench) -> None:
    """Without text outside the slice there are two models, each fitted to one half and asked about the other."""
    model = InDomainLanguageModel(settings=SMALL)
    texts = model._texts(replace(workbench, outside=[]))
    assert sorted(texts[0] + texts[1]) == sorted({sentence.text for sentence in workbench.readable})
    assert all(_half(text) == half for half in (0, 1) for text in texts[half])
    model.start_round(replace(workbench, outside=[]))
    frame = texts[0][0]
    alone = model._models[1].perplexities(["Oslo flights"])
    assert np.array_equal(model.perplexities(["Oslo flights"], [frame]), alone)


def test_in_domain_leaves_out_text_that_stands_in_the_slice_as_well(workbench: Workbench, tmp_path: Path) -> None:
    inside = workbench.readable[0]
    [outside] = InDomainLanguageModel()._texts(replace(workbench, outside=[*workbench.outside, inside]))
    assert inside.text not in outside
    path = tmp_path / "text.txt"
    path.write_text(f"{inside.text}\n\nanother   line\n")
    model = InDomainLanguageModel(text_path=str(path))
    assert model._texts(workbench) == [["another line"]]
    with pytest.raises(ConfigurationError, match="1 distinct sentences to fit to; at least 20"):
        model.start_round(workbench)


def test_in_domain_settings_and_files_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="settings.dimension is 100; expected a multiple of 32"):
        SmallGpt2Settings(dimension=100)
    with pytest.raises(ConfigurationError, match=r"text_path .*none\.txt' cannot be read"):
        InDomainLanguageModel(text_path=str(tmp_path / "none.txt"))
