"""All answers to the questions of a round, read together."""

from typing import Iterator, List, Optional, Sequence, Tuple

from seqmix_plugin.formats.annotation_format import AnnotationFormat, ReadSettings
from seqmix_plugin.formats.answer import RawAnswer
from seqmix_plugin.formats.check import Checked
from seqmix_plugin.formats.jsonl import JsonlFormat
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.formats.resolve import Answers, resolve
from seqmix_plugin.run.layout import OWN, RoundFiles


def read_answers(
    files: RoundFiles,
    tool: AnnotationFormat,
    questions: Sequence[Question],
    labels: Sequence[str],
    settings: Optional[ReadSettings] = None,
) -> Answers:
    """
    Reads all files together, as if they were one: those of this round and of the rounds before, in which some of
    the questions may have been asked already. They are read in the order of rounds and, in a round, of names, with
    numbers in them as numbers and `export (1).jsonl` after `export.jsonl`; where labels depend on that, a warning
    says which file counts.

    # Parameters

    files : `RoundFiles`
        Those of the round.
    tool : `AnnotationFormat`
        The format of files that are not in our own.
    questions : `Sequence[Question]`
        The questions.
    labels : `Sequence[str]`
        The entity types.
    settings : `ReadSettings`, optional (default = `None`)
        How cut words and several annotators are treated.

    # Raises

    `ConfigurationError`
        When one of them is not in its format, with the place.
    """
    settings = settings or ReadSettings()
    by_id = {question.sentence.id: question for question in questions}
    rounds = [RoundFiles.of(files.run, k) for k in range(files.number + 1)]
    found: List[List[RawAnswer]] = [[RawAnswer(place, warnings=[why])] for one in rounds for place, why in _unread(one)]
    for path in (path for one in rounds for path in one.answer_files()):
        own = path.name.endswith(OWN)
        found.append([*(JsonlFormat().collect(path, by_id, growing=True) if own else tool.collect(path, by_id))])
    checked = [[Checked(raw, labels, settings.snap) for raw in raws] for raws in found]
    return resolve(checked, [*by_id], settings.annotators)


def _unread(files: RoundFiles) -> Iterator[Tuple[str, str]]:
    """What is among the answers of a round and not read, and why not."""
    for folder in files.unread_folders():
        yield (
            f"{folder.parent}, folder {folder.name!r}",
            "what is in it is not read; expected files beside it, not in it",
        )
    for backup in files.unread_backups():
        yield (
            str(backup),
            "not read, because editors give such a name to what a file was before; rename it to have it read",
        )
