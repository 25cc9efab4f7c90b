"""A small GPT-2 with a byte-pair vocabulary of its own, fitted to a text and kept in a folder."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence

import numpy as np
import torch
from allennlp.common import FromParams
from tokenizers import ByteLevelBPETokenizer, Tokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from seqmix_plugin.augmenters.language_models.causal import causal_perplexities, pad, text_perplexities
from seqmix_plugin.augmenters.language_models.language_model import Interval
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io import json_text
from seqmix_plugin.io.atomic import data_digest, file_digest
from seqmix_plugin.parameter_checks import above_zero, at_least
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.run.encoder_files import whole_folder

logger = logging.getLogger(__name__)

BEGIN = "<|endoftext|>"
CONTEXT = 512
BATCH_TOKENS = 8192
LOWEST = {"num_layers": 1, "dimension": 32, "max_epochs": 1, "batch_size": 1, "max_sentences": 20}
LOWEST["vocab_size"] = 300  # 257 of them are bytes and the beginning of a text


@dataclass(frozen=True)
class SmallGpt2Settings(FromParams):
    """
    Shape and training of a small GPT-2.

    # Parameters

    vocab_size : `int`, optional (default = `3000`)
        Largest number of byte-pair pieces, at least 300.
    num_layers : `int`, optional (default = `2`)
        Number of transformer layers.
    dimension : `int`, optional (default = `128`)
        Hidden size, a multiple of 32, which is the size of an attention head.
    max_epochs : `int`, optional (default = `10`)
        Largest number of epochs; fitting stops earlier when the held-out perplexity rises.
    batch_size : `int`, optional (default = `32`)
        Number of sentences in a training batch.
    lr : `float`, optional (default = `0.003`)
        Peak learning rate of AdamW, which falls linearly to 0 over `max_epochs`.
    max_sentences : `int`, optional (default = `5000`)
        Largest number of sentences, at least 20; of a longer text a random sample is used.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    vocab_size: int = 3000
    num_layers: int = 2
    dimension: int = 128
    max_epochs: int = 10
    batch_size: int = 32
    lr: float = 3e-3
    max_sentences: int = 5000

    def __post_init__(self) -> None:
        for name, lowest in LOWEST.items():
            at_least(f"language_model.settings.{name}", getattr(self, name), lowest)
        if self.dimension % 32:
            raise ConfigurationError(
                f"language_model.settings.dimension is {self.dimension}; expected a multiple of 32"
            )
        above_zero("language_model.settings.lr", self.lr)


@dataclass(frozen=True)
class SmallGpt2:
    """
    A fitted model.

    # Parameters

    model : `GPT2LMHeadModel`
        The network.
    tokenizer : `PreTrainedTokenizerFast`
        Its tokenizer with the byte-pair vocabulary.
    record : `Dict[str, Any]`
        Numbers of sentences and epochs, and the held-out perplexity after each epoch.
    """

    model: GPT2LMHeadModel
    tokenizer: PreTrainedTokenizerFast
    record: Dict[str, Any]

    def perplexities(self, texts: Sequence[str], windows: Optional[Sequence[Interval]] = None) -> np.ndarray:
        """Equation 9 of each text, or of a window in it, in characters. Shape: `(num_texts,)`"""
        begin = self.model.config.bos_token_id
        return text_perplexities(self.model, self.tokenizer, begin, BATCH_TOKENS, texts, windows)

    @classmethod
    def fit(cls, texts: Sequence[str], settings: SmallGpt2Settings, device: torch.device) -> "SmallGpt2":
        """
        Fits a model to nine tenths of the texts, with early stopping on the held-out tenth. Uses the global generators.

        # Parameters

        texts : `Sequence[str]`
            Distinct sentences.
        settings : `SmallGpt2Settings`
            Shape and training of the model.
        device : `torch.device`
            Device to fit on.
        """
        order = torch.randperm(len(texts))[: settings.max_sentences].tolist()
        num_held_out = max(1, len(order) // 10)
        held_out, fitted = ([texts[i] for i in part] for part in (order[:num_held_out], order[num_held_out:]))
        bpe = ByteLevelBPETokenizer()
        # No more pieces than the text can give, as the memory is allocated for all.
        vocab_size = min(settings.vocab_size, 257 + sum(map(len, map(str.encode, fitted))))
        bpe.train_from_iterator(fitted, vocab_size=vocab_size, special_tokens=[BEGIN], show_progress=False)
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(bpe.to_str()))
        begin = tokenizer.convert_tokens_to_ids(BEGIN)
        model = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(tokenizer),
                n_positions=CONTEXT,
                n_embd=settings.dimension,
                n_layer=settings.num_layers,
                n_head=settings.dimension // 32,
                bos_token_id=begin,
                eos_token_id=begin,
            )
        ).to(device)
        held_out_ids, rows = (tokenizer(some)["input_ids"] for some in (held_out, fitted))
        weights = [max(len(row), 1) for row in held_out_ids]
        history: List[float] = []
        best: Dict[str, torch.Tensor] = {}
        for _ in _epochs(model, [[begin, *row][:CONTEXT] for row in rows if row], settings):
            scores = causal_perplexities(model, held_out_ids, begin, BATCH_TOKENS)
            # The perplexity of the held-out text as a whole, not the mean over its sentences.
            history.append(float(np.exp(np.average(np.log(scores), weights=weights))))
            if history[-1] > min(history):
                break
            best = {name: value.detach().clone() for name, value in model.state_dict().items()}
        model.load_state_dict(best)
        record = {"sentences": len(fitted), "held_out_sentences": len(held_out), "held_out_perplexity": min(history)}
        logger.info(
            f"in-domain language model: fitted to {len(fitted)} sentences in {len(history)} epochs, perplexity "
            f"{min(history):.0f} on {len(held_out)} held out"
        )
        return cls(model, tokenizer, {**record, "epochs": len(history), "held_out_perplexities": history})

    def save(self, folder: Path, digest: str) -> None:
        """Writes the model into a folder; `digest` identifies the text and settings it was fitted with."""
        with whole_folder(folder) as temporary:
            self.model.save_pretrained(temporary)
            self.tokenizer.backend_tokenizer.save(str(temporary / "tokenizer.json"))
            files = {path.name: file_digest(path) for path in sorted(temporary.iterdir())}
            record = {"digest": digest, "files": files, **self.record}
            record["sha256"] = data_digest(record)
            (temporary / "fit.json").write_text(json.dumps(record) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, digest: str) -> Optional["SmallGpt2"]:
        """Reads the model from a folder; `None` when there is none with this digest, or it is damaged."""
        if not (folder / "fit.json").exists():
            return None
        try:
            record = json_text.read(folder / "fit.json")
            if record.pop("sha256") != data_digest(record):
                raise ValueError("the checksum of fit.json is wrong")
            if any(file_digest(folder / Path(name).name) != found for name, found in record.pop("files").items()):
                raise ValueError("a checksum is wrong")
            if record.pop("digest") != digest:
                logger.warning(f"{folder}: fitted to another text or with other settings; it is fitted again")
                return None
            model = GPT2LMHeadModel.from_pretrained(folder, use_safetensors=True)
            return cls(model, PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json")), record)
        except Exception as error:  # three libraries raise many types for damaged files
            logger.warning(f"{folder} is damaged and is fitted again ({first_line(error)})")
            return None


def _epochs(model: GPT2LMHeadModel, rows: List[List[int]], settings: SmallGpt2Settings) -> Iterator[None]:
    """Trains the model for one epoch at each step of this iterator, in batches of similar length in random order."""
    by_length = sorted(range(len(rows)), key=lambda i: (len(rows[i]), i))
    batches = [by_length[start : start + settings.batch_size] for start in range(0, len(rows), settings.batch_size)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.lr, weight_decay=0.01)
    steps = settings.max_epochs * len(batches)
    warm_up = max(1, steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm_up, (steps - step) / max(1, steps - warm_up))
    )
    with progress_bar(total=steps, desc="fitting the language model") as progress:
        for _ in range(settings.max_epochs):
            model.train()
            for number in torch.randperm(len(batches)).tolist():
                ids, mask = pad([rows[i] for i in batches[number]], model.device)
                logits = model(input_ids=ids[:, :-1], attention_mask=mask[:, :-1].long()).logits
                loss = torch.nn.functional.cross_entropy(logits[mask[:, 1:]], ids[:, 1:][mask[:, 1:]])
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                progress.update()
            yield
