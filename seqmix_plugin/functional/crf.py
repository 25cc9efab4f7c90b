"""
A linear-chain conditional random field over batches (Lafferty et al. 2001): P(y | x) = exp(score(x, y)) / Z(x) with
score(x, y) = start(y₁) + Σₜ logitsₜ(yₜ) + Σₜ between(yₜ₋₁, yₜ) + end(y_T).

All loops are over words, not over sentences. Batches are padded on the right. A sentence without words has exactly one
path, the empty one, with score 0. A score of −∞ forbids a transition; every length must have at least one path.
"""

from typing import List, NamedTuple, Tuple

import torch


class TransitionScores(NamedTuple):
    """
    Scores of the transitions between tags, in nats; −∞ forbids a transition.

    # Parameters

    start : `torch.Tensor`
        Score of each tag as the first of a sentence. Shape: `(num_tags,)`
    between : `torch.Tensor`
        Score of the transition from the row's tag to the column's. Shape: `(num_tags, num_tags)`
    end : `torch.Tensor`
        Score of each tag as the last of a sentence. Shape: `(num_tags,)`
    """

    start: torch.Tensor
    between: torch.Tensor
    end: torch.Tensor


def log_partition(logits: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores) -> torch.Tensor:
    """
    The log partition function ln Z(x) = ln Σ_y exp(score(x, y)), by the forward algorithm.

    # Parameters

    logits : `torch.Tensor`
        Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    transitions : `TransitionScores`
        Scores of the transitions between tags.

    # Returns

    `torch.Tensor`
        One value in nats per sentence, 0 for a sentence without words. Shape: `(batch_size,)`
    """
    if logits.size(1) == 0:
        return logits.new_zeros(logits.size(0))
    return _log_partition(_forward(logits, mask, transitions)[-1], mask, transitions)


def forward_backward(
    logits: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores
) -> Tuple[torch.Tensor, torch.Tensor]:
    """
    The marginals P(yₜ = m | x), which are also the derivatives of ln Z(x) by the logits, and ln Z(x), by the
    forward-backward algorithm.

    # Parameters

    logits : `torch.Tensor`
        Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    transitions : `TransitionScores`
        Scores of the transitions between tags.

    # Returns

    `Tuple[torch.Tensor, torch.Tensor]`
        Marginals of shape `(batch_size, num_tokens, num_tags)`, uniform where the mask is false, and ln Z of shape
        `(batch_size,)`.
    """
    if logits.size(1) == 0:
        return torch.zeros_like(logits), logits.new_zeros(logits.size(0))
    alphas = _forward(logits, mask, transitions)
    betas = _backward(logits, mask, transitions)
    # Each row sums to Z; softmax instead of a difference to ln Z, so that rounding leaves the row's sum at 1.
    joint = torch.stack(alphas, 1) + torch.stack(betas, 1)  # Shape: (batch_size, num_tokens, num_tags)
    marginals = joint.masked_fill(~mask.unsqueeze(-1), 0.0).softmax(-1)
    return marginals, _log_partition(alphas[-1], mask, transitions)


def viterbi(
    logits: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores
) -> Tuple[torch.Tensor, torch.Tensor]:
    """
    The path y* with the highest score, by the Viterbi algorithm.

    # Parameters

    logits : `torch.Tensor`
        Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    transitions : `TransitionScores`
        Scores of the transitions between tags.

    # Returns

    `Tuple[torch.Tensor, torch.Tensor]`
        Tags of shape `(batch_size, num_tokens)`, 0 where the mask is false, and score(x, y*) of shape `(batch_size,)`.
    """
    batch_size, num_tokens, num_tags = logits.shape
    if num_tokens == 0:
        return torch.zeros_like(mask, dtype=torch.long), logits.new_zeros(batch_size)
    stay = torch.arange(num_tags, device=logits.device)
    best = transitions.start + logits[:, 0]  # Shape: (batch_size, num_tags)
    pointers = []
    for t in range(1, num_tokens):
        step, pointer = (best.unsqueeze(2) + transitions.between).max(1)  # Shape: (batch_size, num_tags)
        real = mask[:, t, None]
        best = torch.where(real, step + logits[:, t], best)
        pointers.append(torch.where(real, pointer, stay))
    score, tag = (best + transitions.end).max(-1)  # Shape: (batch_size,)
    path = [tag]
    for pointer in reversed(pointers):
        tag = pointer.gather(1, tag.unsqueeze(1)).squeeze(1)
        path.append(tag)
    tags = torch.stack(path[::-1], 1)  # Shape: (batch_size, num_tokens)
    return tags.masked_fill(~mask, 0), score.masked_fill(~mask[:, 0], 0.0)


def expected_score(
    logits: torch.Tensor, distributions: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores
) -> torch.Tensor:
    """
    The expected score E_q[score(x, y)] under q(y) = Πₜ qₜ(yₜ), where words are independent; one-hot qₜ give the score
    of their path. The score is a sum over words and pairs of neighbours, so that no enumeration is needed. All
    transitions must be finite, as q may give weight to every pair of tags.

    # Parameters

    logits : `torch.Tensor`
        Score of each tag of each word. Shape: `(batch_size, num_tokens, num_tags)`
    distributions : `torch.Tensor`
        Distribution qₜ of each word; rows sum to 1 where the mask is true. Shape: `(batch_size, num_tokens, num_tags)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`
    transitions : `TransitionScores`
        Scores of the transitions between tags, all of them finite.

    # Returns

    `torch.Tensor`
        One value in nats per sentence, 0 for a sentence without words. Shape: `(batch_size,)`
    """
    q = distributions.masked_fill(~mask.unsqueeze(-1), 0.0)
    follows = torch.nn.functional.pad(mask[:, 1:], (0, 1)) if mask.size(1) else mask
    last = q.masked_fill(~(mask & ~follows).unsqueeze(-1), 0.0).sum(1)  # Shape: (batch_size, num_tags)
    # Slices and sums keep every transition in the graph even with one word or none, because distributed training waits
    # for the gradient of each parameter.
    words = (q * logits).sum((1, 2))  # Shape: (batch_size,)
    pairs = ((q[:, :-1] @ transitions.between) * q[:, 1:]).sum((1, 2))  # Shape: (batch_size,)
    return q[:, :1].sum(1) @ transitions.start + words + pairs + last @ transitions.end


def _forward(logits: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores) -> List[torch.Tensor]:
    """For each word the ln of the summed weights of all paths that end in each tag; constant after a sentence's end."""
    alpha = transitions.start + logits[:, 0]  # Shape: (batch_size, num_tags)
    alphas = [alpha]
    for t in range(1, logits.size(1)):
        step = torch.logsumexp(alpha.unsqueeze(2) + transitions.between, 1) + logits[:, t]
        alpha = torch.where(mask[:, t, None], step, alpha)
        alphas.append(alpha)
    return alphas


def _backward(logits: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores) -> List[torch.Tensor]:
    """For each word the ln of the summed weights of all paths after each tag, without that word's own score."""
    end = transitions.end.expand(len(logits), -1)
    beta = end  # Shape: (batch_size, num_tags)
    betas = [beta]
    for t in range(logits.size(1) - 1, 0, -1):
        step = torch.logsumexp(transitions.between + (logits[:, t] + beta).unsqueeze(1), 2)
        beta = torch.where(mask[:, t, None], step, end)
        betas.append(beta)
    return betas[::-1]


def _log_partition(last_alpha: torch.Tensor, mask: torch.Tensor, transitions: TransitionScores) -> torch.Tensor:
    return torch.logsumexp(last_alpha + transitions.end, -1).masked_fill(~mask[:, 0], 0.0)
