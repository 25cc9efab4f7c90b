"""The reference loops: PyTorch and transformers only, on sentences already converted to numbers."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from seqmix_plugin.sentence import TaggedSentence


class Encoded(NamedTuple):
    """
    A sentence as numbers.

    # Parameters

    pieces : `List[int]`
        Word pieces with [CLS] and [SEP].
    firsts : `List[int]`
        Where each word begins.
    tags : `List[int]`
        The label of each word; empty when there are none.
    """

    pieces: List[int]
    firsts: List[int]
    tags: List[int]


class Tensors(NamedTuple):
    """
    A padded batch.

    # Parameters

    pieces : `torch.LongTensor`
        Shape: `(batch_size, num_pieces)`
    piece_mask : `torch.FloatTensor`
        Shape: `(batch_size, num_pieces)`
    firsts : `torch.LongTensor`
        Shape: `(batch_size, num_words)`
    mask : `torch.BoolTensor`
        Shape: `(batch_size, num_words)`
    tags : `torch.LongTensor`
        −100 for padding. Shape: `(batch_size, num_words)`
    """

    pieces: torch.Tensor
    piece_mask: torch.Tensor
    firsts: torch.Tensor
    mask: torch.Tensor
    tags: torch.Tensor


def encode(
    sentences: Sequence[TaggedSentence],
    tokenizer: PreTrainedTokenizerBase,
    labels: Dict[str, int],
    max_length: int = 128,
) -> List[Encoded]:
    """Sentences as numbers, cut to `max_length` word pieces; each distinct word is tokenized once."""
    words = list(dict.fromkeys(word for sentence in sentences for word in sentence.tokens))
    pieces = dict(zip(words, tokenizer(words, add_special_tokens=False)["input_ids"], strict=True))
    encoded = []
    for sentence in sentences:
        ids, firsts = [tokenizer.cls_token_id], []
        for word in sentence.tokens:
            found = pieces[word] or [tokenizer.unk_token_id]
            if len(ids) + len(found) > max_length - 1:
                break
            firsts.append(len(ids))
            ids += found
        tags = [labels[tag] for tag in (sentence.tags or ())[: len(firsts)]]
        encoded.append(Encoded([*ids, tokenizer.sep_token_id], firsts, tags))
    return encoded


def padded(rows: Sequence[Encoded], device: torch.device, length: Optional[int] = None) -> Tensors:
    """A batch padded to its longest sentence, or to `length` word pieces."""
    num_pieces = length or max(len(row.pieces) for row in rows)
    num_words = max(len(row.firsts) for row in rows)
    pieces = torch.tensor([row.pieces + [0] * (num_pieces - len(row.pieces)) for row in rows])
    firsts = torch.tensor([row.firsts + [0] * (num_words - len(row.firsts)) for row in rows])
    tags = torch.tensor([row.tags + [-100] * (num_words - len(row.tags)) for row in rows])
    sizes = torch.tensor([[len(row.pieces), len(row.firsts)] for row in rows])
    tensors = Tensors(
        pieces,
        (torch.arange(num_pieces) < sizes[:, :1]).float(),
        firsts,
        torch.arange(num_words) < sizes[:, 1:],
        tags,
    )
    return Tensors(*(tensor.to(device) for tensor in tensors))


class BareTagger(torch.nn.Module):
    """
    An encoder and one linear layer.

    # Parameters

    encoder : `PreTrainedModel`
        Of `transformers`.
    projection : `torch.nn.Linear`
        To the tags.
    dropout : `float`
        Before it.
    """

    def __init__(self, encoder: PreTrainedModel, projection: torch.nn.Linear, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.projection = projection
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, batch: Tensors) -> torch.Tensor:
        """Logits. Shape: `(batch_size, num_words, num_tags)`"""
        vectors = self.encoder(input_ids=batch.pieces, attention_mask=batch.piece_mask).last_hidden_state
        index = batch.firsts.unsqueeze(-1).expand(-1, -1, vectors.size(-1))
        return self.projection(self.dropout(vectors.gather(1, index)))


def entropies(model: BareTagger, batch: Tensors) -> torch.Tensor:
    """Normalized token entropy. Shape: `(batch_size,)`"""
    logs = model(batch).float().log_softmax(-1)
    per_word = -(logs.exp() * logs).sum(-1).masked_fill(~batch.mask, 0.0)
    return per_word.sum(-1) / batch.mask.sum(-1)


def score_by_length(
    model: BareTagger, rows: Sequence[Encoded], device: torch.device, batch_size: int = 64
) -> torch.Tensor:
    """Scores of sentences, longest first, batch by batch. Shape: `(num_sentences,)`"""
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i].pieces))
    scores = []
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            scores.append(entropies(model, padded([rows[i] for i in order[start : start + batch_size]], device)))
    result = torch.empty(len(rows))
    result[order] = torch.cat(scores).float().cpu()
    return result


def score_one_by_one(model: BareTagger, rows: Sequence[Encoded], device: torch.device) -> torch.Tensor:
    """The same with a batch of one, padded to 128 word pieces, and its score fetched. Shape: `(num_sentences,)`"""
    model.eval()
    with torch.inference_mode():
        return torch.tensor([entropies(model, padded([row], device, 128)).item() for row in rows])


def train_epoch(
    model: BareTagger,
    batches: Sequence[Sequence[Encoded]],
    device: torch.device,
    lr: float,
    length: Optional[int] = None,
    dtype: torch.dtype = torch.float32,
) -> None:
    """One epoch as the shipped configurations train: fused AdamW, clipped gradients, warm-up and linear decay."""
    optimizer = torch.optim.AdamW(_groups(model), lr=lr, weight_decay=0.01, fused=True)
    warm_up = len(batches) // 10
    model.train()
    for step, rows in enumerate(batches, 1):
        share = step / warm_up if step < warm_up else 1 - (step - warm_up) / (len(batches) - warm_up)
        for group in optimizer.param_groups:
            group["lr"] = lr * share
        batch = padded(rows, device, length)
        optimizer.zero_grad()
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            logits = model(batch)
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), batch.tags.flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def _groups(model: torch.nn.Module) -> List[Dict[str, object]]:
    """Parameters with and without weight decay."""
    kept: Tuple[List[torch.nn.Parameter], List[torch.nn.Parameter]] = ([], [])
    for name, parameter in model.named_parameters():
        kept["bias" in name or "LayerNorm" in name].append(parameter)
    return [{"params": kept[False]}, {"params": kept[True], "weight_decay": 0.0}]
