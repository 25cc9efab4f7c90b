"""AdamW in one pass over the parameters."""

from typing import Any, Dict, List, Optional, Tuple

import torch
from allennlp.training.optimizers import Optimizer, make_parameter_groups


@Optimizer.register("fused_adamw")
class FusedAdamWOptimizer(Optimizer, torch.optim.AdamW):
    """
    AdamW by torch's fused kernel, which computes the same as AllenNLP's `adamw` but reads and writes each parameter
    once in a step instead of a dozen times. On a CPU this saves most of the time of a step with short sentences, where
    half of the parameters are embeddings.

    Registered as an `Optimizer` with name "fused_adamw".

    # Parameters

    model_parameters : `List[Tuple[str, torch.nn.Parameter]]`
        Parameters of the model, given by AllenNLP's trainer and not a key.
    parameter_groups : `List[Tuple[List[str], Dict[str, Any]]]`, optional (default = `None`)
        Regular expressions of parameter names and the options of each group, as in every optimizer of AllenNLP.
    lr : `float`, optional (default = `0.001`)
        Learning rate, before any schedule.
    betas : `Tuple[float, float]`, optional (default = `(0.9, 0.999)`)
        Decay rates of the running means of the gradient and of the squared gradient.
    eps : `float`, optional (default = `1e-8`)
        Constant ε added to the denominator for numerical stability.
    weight_decay : `float`, optional (default = `0.01`)
        Coefficient of the decoupled weight decay.
    """

    def __init__(
        self,
        model_parameters: List[Tuple[str, torch.nn.Parameter]],
        parameter_groups: Optional[List[Tuple[List[str], Dict[str, Any]]]] = None,
        lr: float = 1e-3,
        betas: Tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        groups = make_parameter_groups(model_parameters, parameter_groups)
        super().__init__(params=groups, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=True)
