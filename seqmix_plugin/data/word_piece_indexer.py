"""Token indexer that splits each distinct word into word pieces once."""

import logging
import os
from functools import cache
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from allennlp.data.token_indexers import TokenIndexer
from allennlp.data.token_indexers.token_indexer import IndexedTokenList
from allennlp.data.tokenizers import PretrainedTransformerTokenizer, Token
from allennlp.data.vocabulary import Vocabulary
from transformers import AutoTokenizer

from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.run.encoder_files import encoder_damage
from seqmix_plugin.run.layout import ENCODER

logger = logging.getLogger(__name__)

PROBE = ("in", "the", "Oslo")
"""Words that some tokenizers split differently after a space."""


class PieceTable(NamedTuple):
    """The pieces of all words seen so far, by the number of the word."""

    sizes: np.ndarray  # Number of pieces. Shape: (num_words,)
    starts: np.ndarray  # Position of the first piece in `pieces`. Shape: (num_words,)
    pieces: np.ndarray  # The pieces, one word after the other. Shape: (num_pieces,)


@TokenIndexer.register("word_piece")
class WordPieceIndexer(TokenIndexer):
    """
    Gives the same indices as AllenNLP's `pretrained_transformer_mismatched` indexer, for the embedder of that name, but
    tokenizes each distinct word once, in batches, and pads tensors instead of lists. A word without pieces (a control
    character, for example) gets the tokenizer's unknown piece. Warns of a tokenizer that splits a word differently
    after a space.

    Registered as a `TokenIndexer` with name "word_piece".

    # Parameters

    model_name : `str`
        A model of `transformers`, or a folder that contains one.
    tokenizer_kwargs : `Dict[str, Any]`, optional (default = `None`)
        Further arguments of `AutoTokenizer.from_pretrained`, such as `{add_prefix_space: true}` for RoBERTa and GPT-2.
    serialization_dir : `str`, optional (default = `None`)
        Passed by AllenNLP, not a configuration key: the folder of the run or of the unpacked archive. A tokenizer in
        that folder is used instead of `model_name`, so that an archive works anywhere without a download.

    # Raises

    `ConfigurationError`
        When no tokenizer can be loaded, or AllenNLP cannot determine its special pieces.
    """

    def __init__(
        self,
        model_name: str,
        tokenizer_kwargs: Optional[Dict[str, Any]] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__()
        carried = os.path.join(serialization_dir or "", ENCODER)
        source = carried if serialization_dir and os.path.isdir(carried) else model_name
        damage = encoder_damage(serialization_dir) if serialization_dir and source == carried else None
        if damage is not None:
            raise ConfigurationError(f"{damage}; run the command again with --recover to restore {ENCODER}")
        try:
            # Not the tokenizer of AllenNLP's wrapper, which determines the special pieces: it cannot be saved.
            self.tokenizer = AutoTokenizer.from_pretrained(source, **(tokenizer_kwargs or {}))
        except Exception as error:  # tokenizers and their libraries raise many kinds of errors
            raise ConfigurationError(
                f"model_name {model_name!r}: no tokenizer could be loaded; expected a folder with a transformers model "
                f"or a name that the hub knows ({first_line(error)})"
            ) from error
        try:
            wrapper = PretrainedTransformerTokenizer(source, tokenizer_kwargs=tokenizer_kwargs)
        except (AssertionError, IndexError, ValueError) as error:  # the embedder has such a wrapper too
            raise ConfigurationError(
                f"model_name {model_name!r}: AllenNLP finds a tokenizer's special pieces by means of 'a' and 'b' or "
                f"'1' and '2', which are not two pieces of this one ({first_line(error)}); add them with "
                f"tokenizer_kwargs: {{'additional_special_tokens': ['a', 'b']}} in the token indexer and the embedder"
            ) from error
        self.model_name = model_name
        self.start_pieces: List[Any] = [token.text_id for token in wrapper.single_sequence_start_tokens]
        self.end_pieces: List[Any] = [token.text_id for token in wrapper.single_sequence_end_tokens]
        # Words are numbered in the order in which they are seen; word n has the pieces `_pieces[n]`.
        self._numbers: Dict[str, int] = {}
        self._pieces: List[Tuple[int, ...]] = []
        self._table = PieceTable(*[np.empty(0, np.int32)] * 3)
        self._warn_of_prefix_space()

    def _warn_of_prefix_space(self) -> None:
        """Warns of a tokenizer that needs a space before a word, as words without context do not have one."""
        text, *words = self._tokenized([" ".join(PROBE), *PROBE])
        if text != [piece for word in words for piece in word]:
            # Not set here: archives that were trained without it would change.
            _warn_once(
                f"model_name {self.model_name!r}: its tokenizer splits a word differently after a space, so that the "
                f"encoder would read each word as the end of another; byte-level tokenizers (RoBERTa, GPT-2) need "
                f"tokenizer_kwargs: {{'add_prefix_space': true}} in the token indexer"
            )

    @property
    def num_special_pieces(self) -> int:
        """The number of pieces, such as [CLS] and [SEP], that are added to a sentence."""
        return len(self.start_pieces) + len(self.end_pieces)

    @property
    def padding(self) -> int:
        """The piece for padding."""
        return self.tokenizer.pad_token_id or 0

    def prepare(self, words: Iterable[str]) -> None:
        """Tokenizes all words not seen before in one batch."""
        new = [word for word in dict.fromkeys(words) if word not in self._numbers]
        if not new:
            return
        unknown = self.tokenizer.unk_token_id
        for word, pieces in zip(new, self._tokenized(new), strict=True):
            if not pieces and unknown is None:
                raise ConfigurationError(
                    f"word {word!r} has no word piece and {self.model_name!r} has no unknown piece"
                )
            self._numbers[word] = len(self._pieces)
            self._pieces.append(tuple(pieces) or (unknown,))

    def _tokenized(self, words: List[str]) -> List[List[int]]:
        """The same as the tokenizer's own call, which spends most of its time on other output."""
        if not self.tokenizer.is_fast:
            return self.tokenizer(words, add_special_tokens=False)["input_ids"]
        backend = self.tokenizer.backend_tokenizer
        backend.no_truncation()
        backend.no_padding()
        return [encoding.ids for encoding in backend.encode_batch(words, add_special_tokens=False)]

    def pieces(self, words: Sequence[str]) -> List[Tuple[int, ...]]:
        """The piece ids of each word, without special pieces."""
        self.prepare(words)
        return [self._pieces[self._numbers[word]] for word in words]

    def encode(self, words: Sequence[str]) -> Tuple[np.ndarray, np.ndarray]:
        """
        # Returns

        `Tuple[np.ndarray, np.ndarray]`
            The number of each word in `table()`, and of its pieces. Both of shape `(num_words,)`
        """
        self.prepare(words)
        numbers = np.fromiter(map(self._numbers.__getitem__, words), dtype=np.int32, count=len(words))
        return numbers, self.table().sizes[numbers]

    def table(self) -> PieceTable:
        """The pieces of all words seen so far."""
        known, starts, pieces = self._table
        if len(known) < len(self._pieces):
            new = self._pieces[len(known) :]
            sizes = np.concatenate((known, np.array([len(one) for one in new], dtype=np.int32)))
            starts = np.cumsum(sizes, dtype=np.int64) - sizes
            flat = np.fromiter((piece for one in new for piece in one), dtype=np.int32)
            self._table = PieceTable(sizes, starts, np.concatenate((pieces, flat)))
        return self._table

    def count_vocab_items(self, token: Token, counter: Dict[str, Dict[str, int]]) -> None:
        """The tokenizer has its own vocabulary; nothing is counted."""

    def tokens_to_indices(self, tokens: List[Token], vocabulary: Vocabulary) -> IndexedTokenList:
        """
        # Returns

        `Dict[str, torch.Tensor]`
            `token_ids` and `wordpiece_mask` of shape `(num_pieces,)`, `mask` of shape `(num_tokens,)`, and `offsets`
            of shape `(num_tokens, 2)`: the positions of the first and the last piece of each word.
        """
        ids = list(self.start_pieces)
        offsets = []
        for pieces in self.pieces([token.ensure_text() for token in tokens]):
            offsets.append((len(ids), len(ids) + len(pieces) - 1))
            ids.extend(pieces)
        ids.extend(self.end_pieces)
        tensors = {
            "token_ids": torch.tensor(ids, dtype=torch.long),
            "mask": torch.ones(len(tokens), dtype=torch.bool),
            "offsets": torch.tensor(offsets, dtype=torch.long).reshape(-1, 2),
            "wordpiece_mask": torch.ones(len(ids), dtype=torch.bool),
        }
        return tensors  # type: ignore[return-value]

    def as_padded_tensor_dict(
        self, tokens: IndexedTokenList, padding_lengths: Dict[str, int]
    ) -> Dict[str, torch.Tensor]:
        padded = {}
        for key, value in tokens.items():
            fill = self.padding if key == "token_ids" else 0
            after = [0] * (2 * value.dim() - 1) + [padding_lengths[key] - len(value)]  # type: ignore[attr-defined]
            padded[key] = torch.nn.functional.pad(value, after, value=fill)  # type: ignore[arg-type]
        return padded


@cache
def _warn_once(message: str) -> None:
    """Each reader of a run has an indexer of its own; the message is logged once."""
    logger.warning(message)
