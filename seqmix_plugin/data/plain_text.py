"""Text without labels: a sentence a line."""

import sys
from itertools import islice
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from allennlp.data import DatasetReader, Token, TokenIndexer, Tokenizer

from seqmix_plugin.data.labelled_file import LabelledFile
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.data.word_shapes import WordShapes
from seqmix_plugin.errors import first_line, shortened
from seqmix_plugin.sentence import TaggedSentence

CHUNK = 4096
"""Lines that are given to the tokenizer together."""
EXPECTED = (
    "expected all words of the line as they stand there, in order, such as those of the tokenizers "
    "'unicode_words' and 'whitespace'"
)

Line = Tuple[int, str]
"""Its number, from 1, and its text."""


@DatasetReader.register("plain_text")
class PlainTextReader(SentenceReader):
    """
    Reads text files, a sentence a line, without labels: what an annotation project has before anybody has annotated.
    Blank lines are passed over; white space at both ends of a line is dropped. The white space between words is kept as
    the sentence's `spaces`, so that annotators are shown the text as it was; where it is one space between all words,
    `spaces` is `None`, which means that. Unicode's line separators inside a line are white space too: lines end with
    `\\n` or `\\r\\n`. Words that the tokenizer cannot have meant, such as combining marks without their letters, are
    counted and warned of; see `WordShapes`.

    Sentences are named by their positions, from 0. A file of labelled sentences beside the text, such as one of seed
    sentences, is read by `validation_dataset_reader`. `allennlp predict` takes that reader if there is one, so that a
    `sentence` is split by this reader's tokenizer with `--dataset-reader-choice train`.

    Registered as a `DatasetReader` with name "plain_text".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    tokenizer : `Tokenizer`
        Splits a line into words, which have to be pieces of the line, in order, with nothing but white space between
        them: `unicode_words`, `whitespace`, `character`, `spacy` and others; those for word pieces are not. What it
        gives of white space alone is no word. `docs/annotate.md` says which suits which script.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.
    serialization_dir : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.

    # Raises

    `ConfigurationError`
        With file and line: a tokenizer whose words are not those of the line, a carriage return inside a line, bytes
        that are not UTF-8, a file that is missing or holds no sentence.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        tokenizer: Tokenizer,
        max_length: Optional[int] = None,
        max_instances: Optional[int] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances, serialization_dir)
        self.tokenizer = tokenizer

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file, shapes = LabelledFile(path, "BIO", repair=False), WordShapes(path)
        yield from file.checked(
            _sentence(file, line, str(position), tokens, shapes)
            for position, (line, tokens) in enumerate(self._tokenized(file))
        )
        shapes.warn()

    def _tokenized(self, file: LabelledFile) -> Iterator[Tuple[Line, List[Token]]]:
        """The lines that are not blank, with what the tokenizer makes of them."""
        lines = ((number, line) for number, line in file.lines() if line and not line.isspace())
        for chunk in iter(lambda: list(islice(lines, CHUNK)), []):
            tokens: Iterable[List[Token]]
            try:
                tokens = self.tokenizer.batch_tokenize([line for _, line in chunk])
            except Exception:  # of whatever tokenizer, which does not say what line it was
                tokens = (self._tokens(file, line) for line in chunk)
            yield from zip(chunk, tokens, strict=True)

    def _tokens(self, file: LabelledFile, line: Line) -> List[Token]:
        number, text = line
        try:
            return self.tokenizer.tokenize(text)
        except Exception as error:
            raise file.error(f"line {number}", f"the tokenizer cannot split it ({first_line(error)})") from error


def _sentence(file: LabelledFile, line: Line, name: str, tokens: Sequence[Token], shapes: WordShapes) -> TaggedSentence:
    number, text = line
    if "\r" in text:
        raise file.error(f"line {number}", "a carriage return inside the line; lines end with \\n or \\r\\n")
    try:
        words, spaces = split(text, tokens)
    except ValueError as error:
        raise file.error(f"line {number}", f"the tokenizer {error}; {EXPECTED}") from error
    shapes.add(words, f"line {number}")
    file.look_at(words, lambda _: f"line {number}")
    usual = all(space == " " for space in spaces[:-1])
    return TaggedSentence(name, words, spaces=None if usual else spaces)


def split(text: str, tokens: Sequence[Token]) -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
    """The words of a text and the white space after each; a `ValueError` says why they are not all of it."""
    words: List[str] = []
    gaps: List[str] = []
    end = 0
    for token in tokens:
        word = token.text
        if word is None:
            raise ValueError("gives numbers instead of words")
        if not word or word.isspace():
            continue
        start = text.find(word, end) if token.idx is None else token.idx
        if start < end or not text.startswith(word, start):
            raise ValueError(f"gives the word {shortened(repr(word))}, which the text does not go on with")
        gaps.append(_blank(text[end:start]))
        words.append(sys.intern(word))
        end = start + len(word)
    _blank(text[end:])
    return tuple(words), (*gaps[1:], "")


def _blank(gap: str) -> str:
    """What stands between words."""
    if gap and not gap.isspace():
        raise ValueError(f"leaves out {shortened(repr(gap.strip()))}")
    return sys.intern(gap)
