"""The abstract annotation format."""

import re
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.formats.answer import RawAnswer
from seqmix_plugin.formats.check import Checked
from seqmix_plugin.formats.labels import check_labels, check_predicted
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.formats.registry import Registered
from seqmix_plugin.formats.resolve import RULES, Answers, resolve
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.sentence import SentenceSource


@dataclass(frozen=True)
class ReadSettings:
    """
    # Parameters

    annotators : `str`, optional (default = `"first"`)
        Whose labels count when several annotators labelled one sentence. Of one annotator only the latest answer
        counts, a rejection too; an annotator without a name is taken for another one each time, or for one in each
        file of our own JSONL.

        - `first`: the labels that were given first, where the tool writes times, otherwise those that stand first; of
          several files without names and times, such as exports of one project on several days, the last file by name
          counts;
        - `majority`: the tags of the whole sentence that most annotators gave; when two are given equally often, that
          is a problem and the sentence stays unanswered;
        - `error`: annotators who differ are a problem, and the sentence stays unanswered.
    snap : `bool`, optional (default = `False`)
        Widen a span that cuts a word to the whole word, and count it, instead of reporting a problem.

    # Raises

    `ConfigurationError`
        For another rule.
    """

    annotators: str = "first"
    snap: bool = False

    def __post_init__(self) -> None:
        if self.annotators not in RULES:
            raise ConfigurationError(f"annotators is {self.annotators!r}; expected one of {', '.join(RULES)}")


class AnnotationFormat(Registered):
    """
    The files of an annotation tool: `write` makes one of questions, with the model's predictions and scores; `collect`
    gives the answers in an export, which `check` and `resolve` take further for all formats alike.
    """

    registered: ClassVar[Dict[str, Tuple[type, Optional[str]]]] = {}
    ending: str = ".jsonl"
    """How the tool expects the name of a file of questions to end."""
    refused: Optional[re.Pattern] = None
    """A pattern in words and ids for which the tool does not take the sentence, if there is one."""
    longest_label: Optional[int] = None
    """How many characters of an entity type the tool takes, if that is known."""

    @property
    def name(self) -> str:
        """The registered name; that of the class for one that is not registered."""
        names = (name for name in AnnotationFormat.list_available() if AnnotationFormat.by_name(name) is type(self))
        return next(names, type(self).__name__)

    def write(
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
            The model's name in the tool; by default the questions' round.

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
        for name, content in files.items():
            write_bytes(name, content)
        return list(files)

    def read(
        self,
        path: Path,
        questions: Sequence[Question],
        labels: Optional[Sequence[str]] = None,
        settings: Optional[ReadSettings] = None,
    ) -> Answers:
        """
        Reads the answers in one file.

        # Parameters

        path : `Path`
            An export of the tool.
        questions : `Sequence[Question]`
            The questions; their ids are the key.
        labels : `Sequence[str]`, optional (default = `None`)
            The entity types; any other is a problem. Without them any type is taken.
        settings : `ReadSettings`, optional (default = `None`)
            How cut words and several annotators are treated.

        # Raises

        `ConfigurationError`
            When the file is not one of this format, with the place.
        """
        if labels is not None:
            check_labels(labels)
        settings = settings or ReadSettings()
        by_id = {question.sentence.id: question for question in questions}
        checked = [Checked(raw, labels, settings.snap) for raw in self.collect(path, by_id)]
        answers = resolve([checked], [*by_id], settings.annotators)
        if answers.num_unknown and all(one.raw.question is None for one in checked):
            first = next(one.raw for one in checked if one.raw.sentence_id is not None)
            answers.problems.append(
                f"{first.place}: none of the {answers.num_unknown} ids belongs to a question; expected answers to the "
                f"same questions"
            )
        return answers

    def check_labels(self, labels: Sequence[str]) -> None:
        """Raises a `ConfigurationError` for a mistake in the entity types, or one that the tool would not take."""
        check_labels(labels)
        for label in labels:
            if self.longest_label is not None and len(label) > self.longest_label:
                raise ConfigurationError(
                    f"labels has {quoted(label)} of {len(label)} characters; expected {self.longest_label} at "
                    f"most, which is what the format {self.name!r} takes"
                )

    def misfits(self, sentences: SentenceSource) -> Dict[str, str]:
        """The ids of the sentences that the tool would not take, each with the word or the id that is the reason."""
        if self.refused is None:
            return {}
        texts = {text for sentence in sentences for text in (*sentence.tokens, sentence.id)}
        bad = {text for text in texts if self.refused.search(text)}  # each word is looked at once
        found = ((one.id, next(filter(bad.__contains__, (*one.tokens, one.id)), None)) for one in sentences if bad)
        return {name: text for name, text in found if text is not None}

    def paths(self, path: Path) -> List[Path]:
        """The files that an export to `path` writes, the questions first."""
        return [path]

    @abstractmethod
    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, bytes]:
        """The content of each of `paths`, in their order."""

    @abstractmethod
    def collect(self, path: Path, questions: Mapping[str, Question]) -> Iterator[RawAnswer]:
        """
        The answers in a file, unchecked.

        # Parameters

        path : `Path`
            An export of the tool.
        questions : `Mapping[str, Question]`
            The questions by their sentences' ids.

        # Raises

        `ConfigurationError`
            When the file is not one of this format, with the place.
        """
