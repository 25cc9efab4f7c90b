"""Reader of plain text: one sentence a line, without labels."""

import sys
from itertools import repeat
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from allennlp.common.util import lazy_groups_of
from allennlp.data import DatasetReader, Token, TokenIndexer, Tokenizer

from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.errors import first_line, quoted
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.sentence_file import SentenceFile
from seqmix_plugin.sentence_files.unusual_words import SegmentationCheck

CHUNK = 4096
"""Number of lines that are tokenized together."""
EXPECTED = (
    "expected all words of the line, unchanged and in order, as from the tokenizers 'unicode_words' and 'whitespace'"
)


@DatasetReader.register("plain_text")
class PlainTextReader(SentenceReader):
    """
    Reads text files with one sentence a line and no labels, as an annotation project has them at its start. Blank lines
    are skipped; white space at both ends of a line is dropped. The white space between words is kept as the sentence's
    `spaces`, so that annotators see the original text; one space between all words is `spaces = None`. Lines end with
    `\\n` or `\\r\\n`; Unicode's line separators are white space. A warning counts words that suggest that the tokenizer
    does not suit the script of the text, such as combining marks without their letters; see `SegmentationCheck`.

    The id of a sentence is its position, from 0. Labelled sentences, such as a seed file, are read by
    `validation_dataset_reader`. `seqmix predict` uses that reader if there is one; with
    `--dataset-reader-choice train` it splits a `sentence` with this reader's tokenizer.

    Registered as a `DatasetReader` with name "plain_text".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    tokenizer : `Tokenizer`
        Splits a line into words, which must be parts of the line, in order, with only white space between them:
        `unicode_words`, `whitespace`, `character`, `spacy` and others, but no word-piece tokenizer. Tokens of white
        space are ignored. `docs/annotate.md` says which tokenizer suits which script.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.

    # Raises

    `ConfigurationError`
        With file and line: a tokenizer that changes or omits words of the line, a carriage return inside a line, bytes
        that are not UTF-8, a missing file or one without sentences.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        tokenizer: Tokenizer,
        max_length: Optional[int] = None,
        max_instances: Optional[int] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances)
        self.tokenizer = tokenizer

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file, segmentation = SentenceFile(path), SegmentationCheck(path)
        yield from file.checked(self._sentences(file, segmentation))
        segmentation.warn()

    def _sentences(self, file: SentenceFile, segmentation: SegmentationCheck) -> Iterator[TaggedSentence]:
        lines = ((f"line {number}", line) for number, line in file.lines() if line and not line.isspace())
        position = 0
        for chunk in lazy_groups_of(lines, CHUNK):
            for (place, line), tokens in zip(chunk, self._split_lines(file, chunk), strict=True):
                file.check_line_end(place, line)
                try:
                    words, spaces = split(line, tokens)
                except ValueError as error:
                    raise file.error(place, f"the tokenizer {error}; {EXPECTED}") from error
                segmentation.add(words, place)
                file.check_words(words, repeat(place))
                usual = all(space == " " for space in spaces[:-1])
                yield TaggedSentence(str(position), words, spaces=None if usual else spaces)
                position += 1

    def _split_lines(self, file: SentenceFile, chunk: List[Tuple[str, str]]) -> Iterator[List[Token]]:
        try:
            yield from self.tokenizer.batch_tokenize([line for _, line in chunk])
            return
        except Exception:  # tokenizers have many kinds of errors, which do not name the line
            pass
        for place, line in chunk:
            try:
                yield self.tokenizer.tokenize(line)
            except Exception as error:
                raise file.error(place, f"the tokenizer cannot split it ({first_line(error)})") from error


def split(text: str, tokens: Sequence[Token]) -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
    """The words of a text and the white space after each; raises a `ValueError` if the tokens are not all of it."""
    words: List[str] = []
    gaps: List[str] = []
    end = 0
    for token in tokens:
        word = token.text
        if word is None:
            raise ValueError("returns numbers instead of words")
        if not word or word.isspace():
            continue
        start = text.find(word, end) if token.idx is None else token.idx
        if start < end or not text.startswith(word, start):
            raise ValueError(f"returns the word {quoted(word)}, which is not the next word of the text")
        gaps.append(_blank(text[end:start]))
        words.append(sys.intern(word))
        end = start + len(word)
    _blank(text[end:])
    return tuple(words), (*gaps[1:], "")


def _blank(gap: str) -> str:
    """The text between two words, which must be white space."""
    if gap and not gap.isspace():
        raise ValueError(f"leaves out {quoted(gap.strip())}")
    return sys.intern(gap)
