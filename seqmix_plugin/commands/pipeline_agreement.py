"""How often `pipeline("token-classification")` of transformers agrees with a tagger."""

import logging
import math
import warnings
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from transformers import pipeline

from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import ConfigurationError, first_line, quoted
from seqmix_plugin.io.json_text import read_objects
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.run.layout import ANNOTATED
from seqmix_plugin.run.sentence_rows import sentence_of
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import spans_to_tags, tags_to_spans

MOST = 100
"""Sentences that are compared."""
SAMPLES = [
    TaggedSentence(text, tuple(text.split()))
    for text in (
        "Paris",
        "Anna Berg sings in Oslo .",
        "On Tuesday the company opened an office with 45 desks in New York",
        "internationalisation of Neuschwanstein and Antananarivo",
        "In 1998 , Ms. O'Brien of Baden-Baden paid $ 3.5 million for a site at the I-95 .",
        "José Ångström met Đorđe Čech at the Café de l'Europe , Zürich .",
        "Владимир живёт в Москве , 王小明 在 北京 .",
    )
]
"""Short and long sentences, short and long words, with and without punctuation inside."""


class Agreement(NamedTuple):
    """
    The number of words that differ in the tags of tagger and pipeline, among the sentences that the tagger does not
    truncate, where the sentences are from, and the first word that differs.
    """

    source: str
    sentences: int
    words: int
    differing: int
    example: str

    def __str__(self) -> str:
        equal = self.words - self.differing
        share = math.floor(1000 * equal / max(self.words, 1)) / 10  # not 100 when one differs
        line = f"the pipeline gives {equal:,} of {self.words:,} words ({share:g} %) in {self.sentences} sentences of "
        line += f"{self.source} the tagger's tags"
        return line + (
            f": {self.differing:,} differ because it divides the text into other words or word pieces, at punctuation "
            f"or after a lone '▁', such as {self.example}"
            if self.differing
            else ""
        )


def sample_of(run: Path) -> Tuple[str, List[TaggedSentence]]:
    """Sentences to compare on, and where they are from: labelled ones in a run's folder, else the built-in ones."""
    path = run / ANNOTATED
    if not path.is_file():
        return "our samples", SAMPLES
    rows = read_objects(path)
    try:
        return str(path), [sentence_of(row) for row in rows[:: math.ceil(len(rows) / MOST) or 1]]
    except ValueError as error:
        raise ConfigurationError(f"{path}: a line holds no sentence") from error


def compare_with_pipeline(model: SequenceTagger, reader: SentenceReader, folder: str, run: Path) -> Agreement:
    """
    Tags sentences of a run with the tagger and with the pipeline on the exported folder; a `ConfigurationError` when
    the pipeline cannot tag one.
    """
    source, sentences = sample_of(run)
    logging.getLogger("transformers.pipelines").setLevel(logging.ERROR)  # a pipeline warns of which device it uses
    tagger = pipeline("token-classification", model=folder, aggregation_strategy="first", framework="pt")
    num_sentences = num_words = num_differing = 0
    example = ""
    for sentence in sentences:
        with inference(model):
            output: Any = model.forward_on_instance(reader.sentence_to_instance(sentence.without_labels()))
        if output["mask"].sum() < len(sentence):
            continue
        spans, _ = tags_to_spans(output["tags"], repair=True)  # as the predictor and the pipeline read invalid BIO
        tags = zip(sentence.tokens, spans_to_tags(spans, len(sentence)), _pipeline_tags(tagger, sentence), strict=True)
        differing = [(word, ours, theirs) for word, ours, theirs in tags if ours != theirs]
        if differing and not example:
            word, ours, theirs = differing[0]
            example = f"{quoted(word)}, {ours} by the tagger and {theirs or 'in parts'} by the pipeline, in "
            example += quoted(sentence.raw_text)
        num_sentences, num_words = num_sentences + 1, num_words + len(sentence)
        num_differing += len(differing)
    return Agreement(source, num_sentences, num_words, num_differing, example)


def found_entities(folder: str, text: str) -> List[Tuple[str, str]]:
    """Type and text of each entity that the pipeline on a folder finds."""
    tagger = pipeline("token-classification", model=folder, aggregation_strategy="first", framework="pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [(entity["entity_group"], entity["word"]) for entity in tagger(text)]


def _pipeline_tags(tagger: Any, sentence: TaggedSentence) -> List[Optional[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its guessing words
        try:
            groups = tagger(sentence.raw_text)
        except Exception as error:  # of any tokenizer
            text = quoted(sentence.raw_text)
            raise ConfigurationError(f"the pipeline of transformers cannot tag {text} ({first_line(error)})") from error
    return tags_of_groups(groups, sentence)


def tags_of_groups(groups: Sequence[Dict[str, Any]], sentence: TaggedSentence) -> List[Optional[str]]:
    """
    The pipeline's BIO tag of each word; `None` for a word whose characters it gives different tags. The groups are
    entities by characters of the text, some with the space in front of them.
    """
    text = sentence.raw_text
    of_characters: List[Optional[Tuple[int, str]]] = [None] * len(text)  # start and type of the entity it is in
    for group in groups:
        start, end = group["start"], group["end"]
        if start is None:  # the tokenizer does not know the positions of its pieces
            return [None] * len(sentence)
        start += len(text[start:end]) - len(text[start:end].lstrip())
        of_characters[start:end] = [(start, group["entity_group"])] * (end - start)
    tags: List[Optional[str]] = []
    for start, end in sentence.offsets():
        entity, *others = set(of_characters[start:end])
        tag = "O" if entity is None else f"{'B' if entity[0] == start else 'I'}-{entity[1]}"
        tags.append(None if others else tag)
    return tags
