"""What every language model must do, and what each computes."""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
import pytest
import torch
import transformers
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer, BertConfig, BertForMaskedLM

from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.augmenters.language_models import (
    InDomainLanguageModel,
    LanguageModel,
    MaskedLanguageModel,
    PretrainedLanguageModel,
)
from seqmix_plugin.augmenters.language_models.in_domain import _half
from seqmix_plugin.augmenters.language_models.masked import pseudo_perplexities
from seqmix_plugin.augmenters.language_models.small_gpt2 import SmallGpt2, SmallGpt2Settings
from seqmix_plugin.sentence import TaggedSentence

SMALL = SmallGpt2Settings(vocab_size=400, num_layers=1, dimension=32, max_epochs=3)


def sentences(*texts: str) -> List[TaggedSentence]:
    return [TaggedSentence(str(n), tuple(text.split())) for n, text in enumerate(texts)]


def perplexities(model: LanguageModel, *texts: str) -> np.ndarray:
    """Of each text as its own frame."""
    return model.perplexities(sentences(*texts), sentences(*texts))


@pytest.mark.parametrize("text", ["tokens", "detokenized"])
@pytest.mark.parametrize("name", ["pretrained", "in_domain", "two halves", "masked"])
class TestContract:
    @pytest.fixture
    def model(
        self, name: str, text: str, tiny_gpt2: str, tiny_masked: str, context: AugmentationContext
    ) -> LanguageModel:
        settings = {"vocab_size": 400, "num_layers": 1, "dimension": 32, "max_epochs": 1}
        block: Dict[str, Any] = {
            "pretrained": {"type": "pretrained", "model_name": tiny_gpt2, "batch_tokens": 100},
            "in_domain": {"type": "in_domain", "settings": settings},
            "two halves": {"type": "in_domain", "settings": settings},
            "masked": {"type": "masked", "model_name": tiny_masked, "batch_tokens": 300},
        }[name]
        made = LanguageModel.from_params(Params({**block, "text": text}))
        made.start_round(replace(context, outside=[]) if name == "two halves" else context)
        return made

    def test_perplexities_do_not_depend_on_order_and_batches(
        self, model: LanguageModel, context: AugmentationContext
    ) -> None:
        some = [*context.readable[:15], *sentences("Oslo", "Anna 's friend , Berg .")]
        scores = model.perplexities(some, some)
        assert scores.shape == (17,)
        assert np.isfinite(scores).all()
        assert (scores >= 1).all()
        assert len(set(scores.tolist())) > 10
        assert np.array_equal(model.perplexities(some, some), scores)
        assert model.perplexities(some[::-1], some[::-1])[::-1] == pytest.approx(scores, rel=1e-4)
        alone = [model.perplexities([sentence], [sentence])[0] for sentence in some[10:]]
        assert alone == pytest.approx(scores[10:], rel=1e-4)

    def test_nothing_to_score(self, model: LanguageModel) -> None:
        assert model.perplexities([], []).shape == (0,)

    def test_statistics_are_plain_data_and_say_what_was_read(self, model: LanguageModel, text: str) -> None:
        said = model.statistics()
        assert json.loads(json.dumps(said, allow_nan=False)) == said
        assert said["text"] == text


def test_text_is_put_together_as_people_write(tiny_gpt2: str) -> None:
    cut = sentences("Anna 's house , in Oslo .", "( a ) & lt; &amp;")
    assert PretrainedLanguageModel(tiny_gpt2).texts(cut) == ["Anna 's house , in Oslo .", "( a ) & lt; &amp;"]
    detokenized = PretrainedLanguageModel(tiny_gpt2, text="detokenized")
    assert detokenized.texts(cut) == ["Anna's house, in Oslo.", "(a) & lt; &amp;"]
    # The rules are the language's: French puts the contraction to the word after it.
    french = PretrainedLanguageModel(tiny_gpt2, text="detokenized", language="fr")
    assert french.texts(sentences("l' eau , ici")) == ["l'eau, ici"]
    assert detokenized.texts(sentences("l' eau , ici")) == ["l' eau, ici"]


def test_detokenized_text_is_what_the_model_reads(tiny_gpt2: str, tiny_masked: str) -> None:
    for kind in (PretrainedLanguageModel, MaskedLanguageModel):
        name = tiny_gpt2 if kind is PretrainedLanguageModel else tiny_masked
        read = perplexities(kind(name, text="detokenized"), "Anna , Berg", "Oslo .")
        assert read == pytest.approx(perplexities(kind(name), "Anna, Berg", "Oslo."))


def test_a_text_without_tokens_has_perplexity_one(tiny_gpt2: str) -> None:
    """Of white space alone nothing is left when it is put together."""
    blank = TaggedSentence("a", ("\u00a0",))
    model = PretrainedLanguageModel(tiny_gpt2, text="detokenized")
    assert model.texts([blank]) == [""]
    assert model.perplexities([blank], [blank]).tolist() == [1.0]
    assert model.perplexities([blank, *sentences("Anna sings")], [blank] * 2)[0] == 1.0


def test_in_domain_is_fitted_without_empty_texts() -> None:
    torch.manual_seed(0)
    settings = SmallGpt2Settings(vocab_size=300, max_epochs=1, batch_size=1)
    model = SmallGpt2.fit(["", *(f"Anna sings {number}" for number in range(20))], settings, torch.device("cpu"))
    assert np.isfinite(model.perplexities(["Anna sings", ""])).all()


@pytest.mark.parametrize("kind", ["pretrained", "in_domain", "masked"])
def test_another_text_is_an_error(kind: str) -> None:
    block = {"type": kind, "text": "raw", **({"model_name": "no/such-model"} if kind == "masked" else {})}
    with pytest.raises(ConfigurationError, match="language_model.text is 'raw'; expected one of tokens, detokenized"):
        LanguageModel.from_params(Params(block))


def test_a_missing_detokenizer_is_an_error_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacremoses", None)
    with pytest.raises(ConfigurationError, match="text: 'detokenized' needs .* pip install sacremoses"):
        PretrainedLanguageModel("no/such-model", text="detokenized")
    assert InDomainLanguageModel().text == "tokens"  # needs it not


@pytest.mark.parametrize("kind", ["pretrained", "masked"])
def test_batches_hold_a_token(kind: str) -> None:
    with pytest.raises(
        ConfigurationError, match="language_model.batch_tokens is 0; expected a whole number, 1 or more"
    ):
        LanguageModel.from_params(Params({"type": kind, "model_name": "no/such-model", "batch_tokens": 0}))


def shuffled(some: Sequence[TaggedSentence]) -> List[TaggedSentence]:
    rng = np.random.default_rng(0)
    return [replace(sentence, tokens=tuple(rng.permutation(sentence.tokens)), tags=None) for sentence in some]


def test_pretrained_is_equation_9_one_sentence_at_a_time(tiny_gpt2: str, context: AugmentationContext) -> None:
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
    model.start_round(context)
    assert perplexities(model, *texts) == pytest.approx(expected, rel=1e-4)
    assert perplexities(PretrainedLanguageModel(tiny_gpt2), *texts) == pytest.approx(expected, rel=1e-4)


def test_a_text_longer_than_the_context_gets_a_score(tiny_gpt2: str) -> None:
    assert np.isfinite(perplexities(PretrainedLanguageModel(tiny_gpt2), "Oslo " * 200)).all()


def test_a_model_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="language_model.model_name 'no/such-model'"):
        PretrainedLanguageModel("no/such-model")


def test_an_encoder_is_no_language_model(tiny_encoder: str) -> None:
    with pytest.raises(ConfigurationError, match="not a causal language model; the checkpoint lacks cls"):
        PretrainedLanguageModel(tiny_encoder)


def test_a_masked_model_is_no_causal_one(tiny_encoder: str, tmp_path: Path) -> None:
    config = BertConfig.from_pretrained(tiny_encoder)
    BertForMaskedLM(config).save_pretrained(tmp_path / "masked")
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(tmp_path / "masked")
    with pytest.raises(ConfigurationError, match="a masked language model; expected a causal one"):
        PretrainedLanguageModel(str(tmp_path / "masked"))


def one_at_a_time(network: Any, ids: List[int], special: List[int], mask_id: int) -> float:
    """The definition: a masked copy for each piece that counts, each by itself, all logits."""
    terms = []
    for t in range(len(ids)):
        if not special[t]:
            copy = torch.tensor([[mask_id if u == t else piece for u, piece in enumerate(ids)]])
            with torch.no_grad():
                logits = network(input_ids=copy, attention_mask=torch.ones_like(copy)).logits
            terms.append(-float(logits[0, t].log_softmax(-1)[ids[t]]))
    return math.exp(sum(terms) / len(terms)) if terms else 1.0


TEXTS = ["Anna sings in Oslo .", "Oslo", "the the the the the the the", "Paris flights zzzz", "Berg"]


@pytest.mark.parametrize("batch_tokens", [1, 30, 8192])
def test_masked_is_the_pseudo_perplexity_one_copy_at_a_time(
    tiny_masked: str, context: AugmentationContext, batch_tokens: int
) -> None:
    tokenizer, network = AutoTokenizer.from_pretrained(tiny_masked), AutoModelForMaskedLM.from_pretrained(tiny_masked)
    expected = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        ends = [int(t in (0, len(ids) - 1)) for t in range(len(ids))]  # [CLS] and [SEP]
        expected.append(one_at_a_time(network, ids, ends, tokenizer.mask_token_id))
    model = MaskedLanguageModel(tiny_masked, batch_tokens=batch_tokens)
    model.start_round(context)
    assert perplexities(model, *TEXTS) == pytest.approx(expected, rel=1e-4)
    assert model.statistics()["model_name"] == tiny_masked


SHAPE = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 24,
}
FAMILIES: Dict[str, Dict[str, Any]] = {
    "Bert": SHAPE,
    "Roberta": SHAPE,
    "DistilBert": {"vocab_size": 50, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 16},
    "Electra": {**SHAPE, "embedding_size": 8},
    "Albert": {**SHAPE, "embedding_size": 8},
    "DebertaV2": {**SHAPE, "relative_attention": True, "pos_att_type": ["c2p", "p2c"]},
    "ModernBert": {**SHAPE, "pad_token_id": 0, "cls_token_id": 5, "sep_token_id": 6, "local_attention": 8},
    # One takes its output matrix without calling it, one does not say which it is: all positions are predicted.
    "MobileBert": {**SHAPE, "embedding_size": 8, "intra_bottleneck_size": 8, "num_feedforward_networks": 1},
    "Perceiver": {
        "vocab_size": 50,
        "d_model": 16,
        "d_latents": 16,
        "num_latents": 4,
        "num_self_attends_per_block": 1,
        "num_self_attention_heads": 2,
        "num_cross_attention_heads": 2,
        "max_position_embeddings": 24,
        "qk_channels": 16,
        "v_channels": 16,
    },
}


@pytest.mark.parametrize("family", FAMILIES)
def test_masked_positions_alone_give_the_same_numbers(family: str) -> None:
    """In all families the vectors of the masked positions alone are turned into logits, or all of them are."""
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(**FAMILIES[family])
    network = getattr(transformers, f"{family}ForMaskedLM")(config).eval()
    # As large as a fitted model's, or every prediction would be all but uniform.
    for parameter in network.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.5)
    table = network.get_input_embeddings()
    if getattr(table, "padding_idx", None) is not None:
        table.weight.data[table.padding_idx] = 0.0
    rows = [[5, 10, 11, 12, 6], [5, 40, 6], [5, 6], [5, *range(10, 27), 6], [5, 10, 6, 12, 6]]
    special = [[1, *[0] * (len(row) - 2), 1] for row in rows]
    head, shapes = network.get_output_embeddings(), []
    if head is not None:
        head.register_forward_hook(lambda _, inputs, output: shapes.append(output.shape))
    found = pseudo_perplexities(network, rows, special, mask_id=7, pad_id=config.pad_token_id or 0, batch_tokens=60)
    if family not in ("MobileBert", "Perceiver"):
        assert {shape[1] for shape in shapes} == {1}
    expected = [one_at_a_time(network, row, flags, 7) for row, flags in zip(rows, special, strict=True)]
    assert found == pytest.approx(expected, rel=1e-4)
    assert found[2] == 1
    assert len({round(value) for value in expected}) == 5


def test_masked_learns(tiny_masked: str, context: AugmentationContext) -> None:
    """Sentences that it was not fitted to are more plausible than the same words shuffled."""
    model = MaskedLanguageModel(tiny_masked)
    natural, mixed = context.readable, shuffled(context.readable)
    wins = model.perplexities(natural, natural) < model.perplexities(mixed, natural)
    assert wins.mean() > 0.85


@pytest.mark.parametrize(("family", "pieces"), [("Bert", 22), ("Roberta", 21)])
def test_a_text_longer_than_a_masked_models_input_is_cut(
    family: str, pieces: int, tiny_encoder: str, tmp_path: Path
) -> None:
    """24 positions, two for special pieces; RoBERTa's begin after the padding index, which is 0 here."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    config = getattr(transformers, f"{family}Config")(**{**SHAPE, "vocab_size": len(tokenizer)}, pad_token_id=0)
    torch.manual_seed(0)
    getattr(transformers, f"{family}ForMaskedLM")(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = MaskedLanguageModel(str(tmp_path))
    long, cut, shorter = perplexities(model, "Oslo " * 200, "Oslo " * pieces, "Oslo " * (pieces - 1))
    assert long == pytest.approx(cut, rel=1e-6)
    assert cut != pytest.approx(shorter, rel=1e-6)


def test_a_text_without_pieces_has_pseudo_perplexity_one(tiny_masked: str) -> None:
    empty = [TaggedSentence("a", ("\x01",)), TaggedSentence("b", ("\x01", "\x02"))]
    assert MaskedLanguageModel(tiny_masked).perplexities(empty, empty).tolist() == [1.0, 1.0]


def test_checkpoints_that_are_no_masked_models_are_errors(
    tiny_encoder: str, tiny_gpt2: str, masked_without_mask: str
) -> None:
    with pytest.raises(ConfigurationError, match="model_name 'no/such-model': expected a masked language model, as a"):
        MaskedLanguageModel("no/such-model")
    with pytest.raises(
        ConfigurationError, match=f"{tiny_encoder}': not a masked language model; the checkpoint lacks cls.pred"
    ):
        MaskedLanguageModel(tiny_encoder)
    with pytest.raises(ConfigurationError, match=f"{tiny_gpt2}': expected a masked language model.*GPT2Config"):
        MaskedLanguageModel(tiny_gpt2)
    with pytest.raises(ConfigurationError, match=f"{masked_without_mask}': the tokenizer has no mask token"):
        MaskedLanguageModel(masked_without_mask)


def test_in_domain_is_fitted_outside_the_slice_and_kept(context: AugmentationContext) -> None:
    model = InDomainLanguageModel(settings=SMALL)
    model.start_round(context)
    some = [*context.readable[:7], *sentences("Oslo")]
    scores = model.perplexities(some, some)
    assert (scores >= 1).all()
    assert np.isfinite(scores).all()
    said = model.statistics()
    assert said["fitted_to"] == "outside the slice"
    assert len(said["models"]) == 1
    assert said["models"][0]["held_out_perplexity"] == min(said["models"][0]["held_out_perplexities"])
    # Another run of the same configuration in the folder loads it; its numbers are the same.
    again = InDomainLanguageModel(settings=SMALL)
    again.start_round(context)
    assert np.array_equal(again.perplexities(some, some), scores)
    # A number of the record that has changed does not get into another run.
    fit = context.folder / "language_model" / "0" / "fit.json"
    fit.write_text(fit.read_text().replace('"epochs": ', '"epochs": 9'))
    again.start_round(context)
    assert again.statistics() == said
    # And one that cannot load it fits the same.
    fit.write_text(json.dumps({**json.loads(fit.read_text()), "digest": "of other text"}))
    anew = InDomainLanguageModel(settings=SMALL)
    anew.start_round(context)
    assert np.array_equal(anew.perplexities(some, some), scores)


def test_in_domain_learns(context: AugmentationContext) -> None:
    """Sentences of the corpus are more plausible than the same words shuffled."""
    settings = SmallGpt2Settings(vocab_size=600, num_layers=2, dimension=64, max_epochs=8)
    model = InDomainLanguageModel(settings=settings)
    model.start_round(context)
    natural, mixed = context.readable, shuffled(context.readable)
    assert (model.perplexities(natural, natural) < model.perplexities(mixed, natural)).mean() > 0.85


def test_in_domain_never_reads_the_parent_whose_words_a_child_keeps(context: AugmentationContext) -> None:
    """Without text outside the slice there are two models, each fitted to one half and asked about the other."""
    model = InDomainLanguageModel(settings=SMALL)
    texts = model._texts(replace(context, outside=[]))
    assert sorted(texts[0] + texts[1]) == sorted({sentence.text for sentence in context.readable})
    assert all(_half(text) == half for half in (0, 1) for text in texts[half])
    model.start_round(replace(context, outside=[]))
    alone = model._models[1].perplexities(["Oslo flights"])
    assert np.array_equal(model.perplexities(sentences("Oslo flights"), sentences(texts[0][0])), alone)


def test_in_domain_knows_a_parent_however_its_words_are_cut(context: AugmentationContext, tmp_path: Path) -> None:
    """What is excluded, and what a half is, goes by what the model reads."""
    inside = sentences("do n't sing , Anna .", "Anna , Berg")
    bench = replace(context, readable=inside, outside=sentences("do n't sing, Anna.", "Oslo , Paris"))
    model = InDomainLanguageModel(text="detokenized")
    assert model._texts(bench) == [["Oslo, Paris"]]
    assert InDomainLanguageModel()._texts(bench) == [["do n't sing, Anna.", "Oslo , Paris"]]
    path = tmp_path / "text.txt"
    path.write_text("Anna , Berg\nAnna, Berg\nOslo , Paris\n")
    assert InDomainLanguageModel(str(path), text="detokenized")._texts(bench) == [["Oslo , Paris"]]
    halves = model._texts(replace(context, outside=[]))
    read = model.texts(context.readable)
    assert sorted(halves[0] + halves[1]) == sorted(set(read))
    assert all(_half(text) == half for half in (0, 1) for text in halves[half])


def test_in_domain_asks_the_model_that_has_not_read_the_detokenized_parent(context: AugmentationContext) -> None:
    bench = replace(context, outside=[])
    model = InDomainLanguageModel(settings=SMALL, text="detokenized")
    model.start_round(bench)
    halves = model._texts(bench)
    for frame in context.readable[:10]:
        [read] = model.texts([frame])
        stranger = 0 if read in halves[1] else 1
        assert read not in halves[stranger]
        alone = model._models[stranger].perplexities(["Oslo, flights"])
        assert np.array_equal(model.perplexities(sentences("Oslo , flights"), [frame]), alone)


def test_in_domain_fitted_to_other_text_is_not_taken_from_the_folder(context: AugmentationContext) -> None:
    folder = context.folder / "language_model" / "0" / "fit.json"
    digests = []
    for text in ("tokens", "detokenized"):
        InDomainLanguageModel(settings=SMALL, text=text).start_round(context)
        digests.append(json.loads(folder.read_text())["digest"])
    assert digests[0] != digests[1]


def test_in_domain_leaves_out_text_that_stands_in_the_slice_as_well(
    context: AugmentationContext, tmp_path: Path
) -> None:
    inside = context.readable[0]
    [outside] = InDomainLanguageModel()._texts(replace(context, outside=[*context.outside, inside]))
    assert inside.text not in outside
    path = tmp_path / "text.txt"
    path.write_text(f"{inside.text}\n\nanother   line\n")
    model = InDomainLanguageModel(text_path=str(path))
    assert model._texts(context) == [["another line"]]
    for call in (model.check_text, model.start_round):
        with pytest.raises(ConfigurationError, match="1 distinct sentences to fit to; at least 20"):
            call(context)
    few = replace(context, outside=[], readable=context.readable[:30])
    with pytest.raises(ConfigurationError, match="'in_domain': a half of the pool has 1?[0-9] distinct sentences"):
        InDomainLanguageModel().check_text(few)


def test_in_domain_is_not_fitted_to_seed_sentences_that_it_will_judge_children_of(
    context: AugmentationContext, tmp_path: Path
) -> None:
    given = TaggedSentence("seed-0", context.outside[0].tokens)
    seeded = replace(context, seed_set=[given])
    [before], [outside] = InDomainLanguageModel()._texts(context), InDomainLanguageModel()._texts(seeded)
    assert set(before) - set(outside) == {given.text}
    path = tmp_path / "text.txt"
    path.write_text(f"{given.text}\n\nanother line\n")
    assert InDomainLanguageModel(text_path=str(path))._texts(seeded) == [["another line"]]
    halves = InDomainLanguageModel()._texts(replace(seeded, outside=[]))
    assert [given.text in half for half in halves] == [_half(given.text) == half for half in (0, 1)]


def test_in_domain_settings_and_files_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="settings.dimension is 100; expected a multiple of 32"):
        SmallGpt2Settings(dimension=100)
    with pytest.raises(ConfigurationError, match=r"text_path .*none\.txt' cannot be read"):
        InDomainLanguageModel(text_path=str(tmp_path / "none.txt"))
