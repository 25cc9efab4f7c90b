"""The abstract annotation format."""

import re
from abc import abstractmethod
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Set

from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats.answers import Answers, ReadSettings
from seqmix_plugin.formats.labels import check_labels, check_predicted
from seqmix_plugin.formats.offsets import CODE_POINTS
from seqmix_plugin.formats.question import Question
from seqmix_plugin.formats.reading import Reading
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.sentence import SentenceSource


class AnnotationFormat(Registrable):
    """
    The files of an annotation tool: questions out, with what the model would say and how sure it is, answers in.
    A subclass says what its files look like; what must hold of all of them is checked here and in `Reading`.
    """

    ending: str = ".jsonl"
    """How the tool expects the name of a file of questions to end."""
    units: Sequence[str] = (CODE_POINTS,)
    """What the tool may count characters in, the most likely first."""
    refused: Optional[re.Pattern] = None
    """What no word and no id may hold for the tool to take the sentence, if there is such a thing."""
    longest_label: Optional[int] = None
    """How many characters of an entity type the tool takes, if that is known."""

    @property
    def name(self) -> str:
        """Under which it is registered; that of the class for one that is not."""
        names = (name for name in AnnotationFormat.list_available() if AnnotationFormat.by_name(name) is type(self))
        return next(names, type(self).__name__)

    def export(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str = ""
    ) -> List[Path]:
        """
        Writes questions for annotators, each file whole or not at all.

        # Parameters

        questions : `Sequence[Question]`
            In the order in which they are written.
        labels : `Sequence[str]`
            The entity types, in the order in which the tool shows them.
        path : `Path`
            The file; an older one is replaced.
        model_version : `str`, optional (default = `""`)
            What the tool calls the model; by default the questions' round.

        # Returns

        `List[Path]`
            What was written, the questions first.

        # Raises

        `ConfigurationError`
            Before anything is written: no questions, a mistake in the labels, a prediction of another type, a word or
            an id that the tool would not take.
        """
        self.check_labels(labels)
        if not questions:
            raise ConfigurationError(f"{path}: there is no question to export")
        for sentence_id, word in self.misfits([question.sentence for question in questions]).items():
            raise ConfigurationError(
                f"sentence {sentence_id!r}: {word!r} does not fit in a file of {self.name!r}; export to another format"
            )
        check_predicted(questions, labels)
        files = self.files(questions, labels, path, model_version or f"round {questions[0].round}")
        for name, text in files.items():
            write_text(name, text)
        return list(files)

    def read(
        self,
        path: Path,
        questions: Sequence[Question],
        labels: Optional[Sequence[str]] = None,
        settings: Optional[ReadSettings] = None,
    ) -> Answers:
        """
        Reads what annotators said.

        # Parameters

        path : `Path`
            What the tool exported.
        questions : `Sequence[Question]`
            What was asked; our ids are the key.
        labels : `Sequence[str]`, optional (default = `None`)
            The entity types; any other is a problem. Without them any type is taken.
        settings : `ReadSettings`, optional (default = `None`)
            What to do about cut words and several annotators.

        # Raises

        `ConfigurationError`
            When the file is not one of this format, with the place.
        """
        if labels is not None:
            check_labels(labels)
        reading = Reading(str(path), questions, labels, settings or ReadSettings(), self.units)
        self.collect(path, reading)
        return reading.answers()

    def check_labels(self, labels: Sequence[str]) -> None:
        """Raises a `ConfigurationError` for a mistake in the entity types, or one that the tool would not take."""
        check_labels(labels)
        for label in labels:
            if self.longest_label is not None and len(label) > self.longest_label:
                raise ConfigurationError(
                    f"labels has {shortened(repr(label))} of {len(label)} characters; expected {self.longest_label} at "
                    f"most, which is what the format {self.name!r} takes"
                )

    def misfits(self, sentences: SentenceSource) -> Dict[str, str]:
        """The ids of the sentences that the tool would not take, each with the word or the id that is the reason."""
        if self.refused is None:
            return {}
        words: Set[str] = set()
        for sentence in sentences:
            words.update(sentence.tokens)
        bad = {word for word in words if self.refused.search(word)}  # each word is looked at once
        found: Dict[str, str] = {}
        for sentence in sentences:
            if not bad.isdisjoint(sentence.tokens):
                found[sentence.id] = next(word for word in sentence.tokens if word in bad)
            elif self.refused.search(sentence.id):
                found[sentence.id] = sentence.id
        return found

    def paths(self, path: Path) -> List[Path]:
        """What an export to `path` writes, the questions first."""
        return [path]

    @abstractmethod
    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, str]:
        """The text of each of `paths`, in their order."""

    @abstractmethod
    def collect(self, path: Path, reading: Reading) -> None:
        """Puts in what a file says; raises a `ConfigurationError` when it is none of this format."""
