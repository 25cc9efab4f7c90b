"""How often a batch waits for the GPU: counted on the CPU, where the same functions are called."""

from pathlib import Path

import pytest
import torch
from allennlp.commands.train import TrainModel
from allennlp.common import Params
from allennlp.modules.token_embedders import PretrainedTransformerMismatchedEmbedder
from transformers import GPT2Config, GPT2LMHeadModel

from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.augmenters.language_models.causal import causal_perplexities
from seqmix_plugin.query_policies import QueryPolicy
from tests.active_learning.conftest import small_config
from tests.waits import Waits, waits_a_batch

CPU = torch.device("cpu")


@pytest.fixture
def learner(tiny_encoder: str, tmp_path: Path) -> Learner:
    """The learner of a small run."""
    config = small_config(tiny_encoder, **{"trainer.trainer.num_epochs": 1, "data_loader.evaluation_batch_size": 8})
    for key in ("random_seed", "numpy_seed", "pytorch_seed", "include_in_archive"):
        config.pop(key)
    built = TrainModel.from_params(Params(config), serialization_dir=str(tmp_path / "run"), local_rank=0)
    return built.trainer.loop.learners[0]


@pytest.mark.parametrize("name", ["normalized_token_entropy", "least_confidence", "mnlp"])
def test_the_scores_of_a_batch_wait_for_nothing_of_ours(learner: Learner, name: str) -> None:
    """Transformers looks whether anything is masked."""
    policy, sentences = QueryPolicy.by_name(name)(), learner.experiment.corpora.train

    def score(batches: int) -> None:
        pool = list(sentences[: 8 * batches])
        policy.score_pool(pool, lambda some: learner.experiment.predict([learner.model], some, CPU))

    assert waits_a_batch(score) == {"__bool__": 1}


def test_a_step_of_training_waits_where_the_stock_trainer_does(learner: Learner, tmp_path: Path) -> None:
    """The trainer looks at the loss twice, whether it is a number and to add it up, and at the norm of the gradient."""
    sentences = learner.experiment.corpora.train
    waits = waits_a_batch(lambda n: learner._train_once(0, sentences[: 8 * n], tmp_path / "run", 1, 0, None))
    assert waits == {"__bool__": 2, "item": 2}


def test_a_batch_that_is_measured_is_transferred_once(learner: Learner) -> None:
    sentences = learner.experiment.corpora.train
    waits = waits_a_batch(lambda n: learner.experiment.f1_on(learner.model, sentences[: 8 * n], CPU))
    assert waits == {"__bool__": 1, "tolist": 1}


def test_the_perplexities_of_a_batch_are_not_waited_for() -> None:
    model = GPT2LMHeadModel(GPT2Config(vocab_size=99, n_positions=64, n_embd=16, n_layer=1, n_head=2))
    sequences = [[1, 2, 3, 4, 5 + number] for number in range(5)]
    assert waits_a_batch(lambda n: causal_perplexities(model, sequences[:n], 0, 6)) == {"__bool__": 1}


def test_waits_are_counted() -> None:
    values = torch.tensor([1.0, -2.0])
    with Waits() as waits:
        values[values > 0], values[0], float(values[1]), values.tolist()
        values[values > 0] = 3.0
        if values.sum() > 0:
            values.cpu()
    assert waits.calls == {"__getitem__": 1, "__setitem__": 1, "__float__": 1, "tolist": 1, "__bool__": 1, "cpu": 1}


@pytest.mark.parametrize("empty", [False, True])
def test_first_pieces_are_those_of_the_stock_embedder(tiny_encoder: str, empty: bool) -> None:
    """To the last bit, with the gradients of the weights; a word of no piece and a padded one too."""
    embedder = PretrainedTransformerMismatchedEmbedder(tiny_encoder, sub_token_mode="first").eval()
    ids = torch.randint(5, 50, (3, 7), generator=torch.Generator().manual_seed(1))
    offsets = torch.tensor([[[1, 1], [2, 5], [0, 0]], [[1, 3], [4, 4], [5, 5]], [[1, 2], [3, 3], [0, 0]]])
    if empty:
        offsets[1, 1] = -1
    mask = torch.tensor([[True, True, False], [True] * 3, [True, True, False]])
    results = []
    for forward in (type(embedder).forward, type(embedder).forward.__wrapped__):
        vectors = forward(embedder, ids, mask, offsets, ids > 0)
        embedder.zero_grad()
        (vectors * torch.arange(1.0, 4.0)[None, :, None] * mask.unsqueeze(-1)).square().sum().backward()
        results.append([vectors, *(p.grad for p in embedder.parameters() if p.grad is not None)])
    assert len(results[0]) > 20
    for ours, stock in zip(*results, strict=True):
        assert torch.equal(ours, stock)
