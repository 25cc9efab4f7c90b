"""The fused optimizer does what AllenNLP's own does."""

import torch
from allennlp.common import Params
from allennlp.training.optimizers import Optimizer


def trained(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.LayerNorm(8), torch.nn.Linear(8, 2))
    parameters = [[n, p] for n, p in module.named_parameters()]
    settings = {"lr": 0.01, "weight_decay": 0.1, "parameter_groups": [[["bias", "^1"], {"weight_decay": 0.0}]]}
    optimizer = Optimizer.from_params(Params({"type": name, **settings}), model_parameters=parameters)
    for _ in range(5):
        optimizer.zero_grad()
        module(torch.randn(3, 4)).pow(2).sum().backward()
        optimizer.step()
    return module


def test_it_equals_adamw() -> None:
    for ours, theirs in zip(trained("fused_adamw").parameters(), trained("adamw").parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)
