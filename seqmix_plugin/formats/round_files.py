"""All answers to the questions of a round, read together."""

from typing import Optional, Sequence

from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answers import Answers, ReadSettings
from seqmix_plugin.formats.jsonl import JsonlFormat
from seqmix_plugin.formats.question import Question
from seqmix_plugin.formats.reading import Reading
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
        What files are in that are not in our own format.
    questions : `Sequence[Question]`
        What was asked.
    labels : `Sequence[str]`
        The entity types.
    settings : `ReadSettings`, optional (default = `None`)
        What to do about cut words and several annotators.

    # Raises

    `ConfigurationError`
        When one of them is not in its format, with the place.
    """
    reading = Reading("", questions, labels, settings or ReadSettings(), takes_others=True)
    rounds = [RoundFiles.of(files.run, k) for k in range(files.number + 1)]
    for folder in (folder for one in rounds for folder in one.unread_folders()):
        reading.source = str(folder.parent)
        reading.warn(f"folder {folder.name!r}", "what is in it is not read; expected files beside it, not in it")
    for path in (path for one in rounds for path in one.answer_files()):
        own = path.name.endswith(OWN)
        reading.begin(str(path), (JsonlFormat if own else tool).units)
        if own:
            JsonlFormat().collect_growing(path, reading)
        else:
            tool.collect(path, reading)
    return reading.answers()
