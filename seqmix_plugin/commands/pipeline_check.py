"""What `pipeline("token-classification")` of transformers makes of a tagger's words."""

import math
import warnings
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from allennlp.common.checks import ConfigurationError
from transformers import pipeline

from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line, shortened
from seqmix_plugin.io.json_text import read_objects
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.run.layout import ANNOTATED
from seqmix_plugin.run.sentence_rows import sentence_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans

MOST = 100
"""Sentences that are compared."""
BATCH = 16
SAMPLES = [
    TaggedSentence(str(number), tuple(text.split()))
    for number, text in enumerate(
        (
            "Paris",
            "Anna Berg sings in Oslo .",
            "On Tuesday the company opened an office with 45 desks in New York",
            "internationalisation of Neuschwanstein and Antananarivo",
            "In 1998 , Ms. O'Brien of Baden-Baden paid $ 3.5 million for a site at the I-95 .",
            "José Ångström met Đorđe Čech at the Café de l'Europe , Zürich .",
            "Владимир живёт в Москве , 王小明 在 北京 .",
        )
    )
]
"""Short and long sentences, short and long words, with and without punctuation inside."""


class Agreement(NamedTuple):
    """
    How many words get the same tag.

    # Parameters

    source : `str`
        Where the sentences are from.
    sentences : `int`
        How many were compared, none of which the tagger cuts.
    words : `int`
        How many words they have.
    other_pieces : `int`
        Words with another tag, in sentences that the tokenizer divides into other pieces than their words one by one.
    other_words : `int`
        Words with another tag in the other sentences, whose pieces the pipeline joins to other words.
    example : `str`
        The first word with another tag, and both tags.
    """

    source: str
    sentences: int = 0
    words: int = 0
    other_pieces: int = 0
    other_words: int = 0
    example: str = ""

    @property
    def complete(self) -> bool:
        """Whether all words have the same tag."""
        return not self.other_pieces + self.other_words

    def __str__(self) -> str:
        equal = self.words - self.other_pieces - self.other_words
        share = math.floor(1000 * equal / max(self.words, 1)) / 10  # not 100 when one differs
        line = f"the pipeline gives {equal:,} of {self.words:,} words ({share:g} %) in {self.sentences} sentences of "
        line += f"{self.source} the tagger's tags"
        reasons = (
            (self.other_pieces, "because the tokenizer divides running text into other pieces than single words"),
            (
                self.other_words,
                "because it takes other pieces for the first of a word, at punctuation or after a lone '▁'",
            ),
        )
        found = [f"{count:,} differ {why}" for count, why in reasons if count]
        return line + (f": {', and '.join(found)}, such as {self.example}" if found else "")


def sample_of(run: Path) -> Tuple[str, List[TaggedSentence]]:
    """Sentences to compare on, and where they are from: of what is labelled in a run's folder, else those here."""
    path = run / ANNOTATED
    if not path.is_file():
        return "our samples", SAMPLES
    rows = read_objects(path)
    try:
        return str(path), [sentence_of(row) for row in rows[:: math.ceil(len(rows) / MOST) or 1]]
    except ValueError as error:
        raise ConfigurationError(f"{path}: a line holds no sentence") from error


def compare(model: SequenceTagger, reader: SentenceReader, folder: str, run: Path) -> Agreement:
    """
    Tags sentences by the tagger and by the pipeline.

    # Parameters

    model : `SequenceTagger`
        The tagger.
    reader : `SentenceReader`
        Reads its words.
    folder : `str`
        What was exported.
    run : `Path`
        The run's folder, whose labelled sentences are taken.

    # Raises

    `ConfigurationError`
        When a line of them holds no sentence, or the pipeline cannot tag one.
    """
    source, sentences = sample_of(run)
    found = Agreement(source)
    tagger = pipeline("token-classification", model=folder, aggregation_strategy="first", framework="pt")
    for start in range(0, len(sentences), BATCH):
        batch = sentences[start : start + BATCH]
        with inference(model):
            outputs: List[Any] = model.forward_on_instances(
                [reader.sentence_to_instance(one.without_labels()) for one in batch]
            )
        for sentence, output in zip(batch, outputs, strict=True):
            if output["mask"].sum() == len(sentence):  # what the tagger cuts it does not tag
                found = _compared(found, sentence, output["tags"], tagger, reader)
    return found


def _compared(
    found: Agreement, sentence: TaggedSentence, tags: Sequence[str], tagger: Any, reader: SentenceReader
) -> Agreement:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it guesses words
        try:
            groups = tagger(sentence.raw_text)
        except Exception as error:  # of whatever tokenizer
            text = shortened(repr(sentence.raw_text))
            raise ConfigurationError(f"the pipeline of transformers cannot tag {text} ({first_line(error)})") from error
    theirs = tags_of_groups(groups, sentence)
    ours = _repaired(tags)
    differing = [position for position, tag in enumerate(ours) if theirs[position] != tag]
    found = found._replace(sentences=found.sentences + 1, words=found.words + len(sentence))
    if not differing:
        return found
    first = differing[0]
    example = found.example or (
        f"{shortened(repr(sentence.tokens[first]))}, {ours[first]} by the tagger and "
        f"{theirs[first] or 'in parts'} by the pipeline, in {shortened(repr(sentence.raw_text))}"
    )
    assert reader.word_pieces is not None
    pieces = [piece for word in reader.word_pieces.pieces(sentence.tokens) for piece in word]
    if tagger.tokenizer(sentence.raw_text, add_special_tokens=False)["input_ids"] == pieces:
        return found._replace(other_words=found.other_words + len(differing), example=example)
    return found._replace(other_pieces=found.other_pieces + len(differing), example=example)


def _repaired(tags: Sequence[str]) -> List[str]:
    """The entities as tags, as the predictor and the pipeline read them where they are no valid BIO."""
    result = ["O"] * len(tags)
    for start, end, label, _ in tags_to_spans(tags, repair=True)[0]:
        result[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return result


def tags_of_groups(groups: Sequence[Dict[str, Any]], sentence: TaggedSentence) -> List[Optional[str]]:
    """
    What the pipeline says of each word.

    # Parameters

    groups : `Sequence[Dict[str, Any]]`
        Its output: entities by characters of the text, some with the space in front of them.
    sentence : `TaggedSentence`
        The text and its words.

    # Returns

    `List[Optional[str]]`
        BIO tags; `None` for a word of which it says several things.
    """
    text = sentence.raw_text
    said: List[Optional[Tuple[int, str]]] = [None] * len(text)
    """Of each character, where its entity begins and of what type it is."""
    for group in groups:
        start, end = group["start"], group["end"]
        if start is None:  # by a tokenizer that does not say where its pieces stand
            return [None] * len(sentence)
        start += len(text[start:end]) - len(text[start:end].lstrip())
        said[start:end] = [(start, group["entity_group"])] * (end - start)
    tags: List[Optional[str]] = []
    for start, end in sentence.offsets():
        entity, *others = set(said[start:end])
        if others:
            tags.append(None)
        else:
            tags.append("O" if entity is None else f"{'B' if entity[0] == start else 'I'}-{entity[1]}")
    return tags
