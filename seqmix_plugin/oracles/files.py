"""Annotators who label in a tool of their own."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Collection, Dict, Union

from allennlp.common import Registrable

from seqmix_plugin.distributed import is_primary
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.formats import AnnotationFormat, Answers, JsonlFormat, ReadSettings, entity_types, read_answers
from seqmix_plugin.formats.questions import read_questions, write_questions
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.oracles.oracle import Answered, Oracle, Request, Waiting, check_tags
from seqmix_plugin.parameter_checks import between, one_of
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.sentence import SentenceSource

logger = logging.getLogger(__name__)

POOL, WAIT = "pool", "wait"
MOST_LINES = 20
"""The number of problems and warnings that are shown."""
FEW = 5
"""From this number of answers on, agreement with all suggestions is suspicious."""
Registrable._registry[AnnotationFormat] = AnnotationFormat.registered  # type: ignore[index,assignment]


@Oracle.register("files")
class FilesOracle(Oracle):
    """
    Asks annotators. Writes the queried sentences to `queries/round_<k>/` in the run's folder, in the format of an
    annotation tool and as `questions.jsonl`, and lets the run wait; when the run resumes, reads the labels from all
    files in `queries/round_<k>/answers/`: exports of the tool, and files in our own format, whose names end in
    `.answers.jsonl` (`seqmix annotate`, `import-annotations` and `serve-queries` write them).

    A sentence that was rejected, skipped or cancelled in the tool, and labelled by nobody, is set aside: it gets no
    labels and is not queried again. A sentence that the tool cannot hold, such as one with a line end in a word for
    `columns`, is asked for in `questions.jsonl` alone, which `seqmix annotate` reads; their number is logged before
    the run begins.

    Registered as an `Oracle` with name "files".

    # Parameters

    format : `AnnotationFormat`, optional (default = `JsonlFormat()`)
        The tool: `label_studio`, `doccano`, `prodigy`, `columns` or `jsonl`.
    unanswered : `str`, optional (default = `"wait"`)
        Treatment of sentences without an answer: `"wait"` until all are answered or rejected, or `"pool"`, which
        returns them to the pool and continues with the answered ones, of which there must be at least one.
    annotators : `str`, optional (default = `"first"`)
        Whose labels count when several annotators labelled a sentence; see `ReadSettings`.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words instead of reporting a problem.
    min_probability : `float`, optional (default = `0.0`)
        Spans that the model predicts with a lower probability are not suggested; 1 suggests none.

    # Raises

    `ConfigurationError`
        For an unknown `unanswered` or `annotators`, a `min_probability` that is not a probability, entity types that
        the tool or the run cannot hold; in a round, for answers with problems and files of another format.
    """

    needs_gold = False
    keeps_answers = True
    wants_predictions = True

    def __init__(
        self,
        format: AnnotationFormat = JsonlFormat(),
        unanswered: str = WAIT,
        annotators: str = "first",
        snap: bool = False,
        min_probability: float = 0.0,
    ) -> None:
        self._min_probability = between("oracle.min_probability", min_probability, 0, 1)
        self._format = format
        self._leaves_open = one_of("oracle.unanswered", unanswered, (WAIT, POOL)) == POOL
        self._settings = ReadSettings(annotators, snap)

    def check(self, sentences: SentenceSource, tags: Collection[str]) -> None:
        types = entity_types(tags)
        self._format.check_labels(types)
        check_tags(tags)
        odd = self._format.misfits(sentences) if is_primary() else {}
        if odd:
            self._warn_of(odd, f"the pool's {len(sentences):,} sentences", "questions.jsonl")

    def _warn_of(self, odd: Dict[str, str], which: str, where: object) -> None:
        name, text = next(iter(odd.items()))
        logger.warning(
            f"{len(odd):,} of {which} do not fit in a file of {self._format.name!r}, such as {name!r} with "
            f"{quoted(text)}; they are asked for in {where} alone (seqmix annotate)"
        )

    def recall(self, request: Request) -> Request:
        path = RoundFiles.of(request.folder, request.round_number).questions
        if not path.exists():
            return request
        try:
            asked = read_questions(path)
        except ConfigurationError:
            asked = []
        if [question.sentence for question in asked] == request.sentences:
            return replace(request, questions=asked, is_asked=True)
        logger.warning(f"{path} does not hold the questions of this round; it is written again")
        return request

    def annotate(self, request: Request) -> Union[Answered, Waiting]:
        files = RoundFiles.of(request.folder, request.round_number)
        if not request.is_asked:
            request = self._ask(files, request)
        answers = read_answers(files, self._format, request.questions, request.types, self._settings)
        self._report(files, answers, request)
        given, sentences = dict(request.known), {sentence.id: sentence for sentence in request.sentences}
        for name, tags, _, _ in (*answers.answers, *answers.rejected):
            given[name] = sentences[name] if tags is None else sentences[name].with_tags(tags)
        num_open = len(request.questions) - len(given)
        if num_open and not (self._leaves_open and any(sentence.tags is not None for sentence in given.values())):
            rejected = f" ({len(answers.rejected)} rejected)" if answers.rejected else ""
            exported = self._exported(files)
            message = (
                f"round {request.round_number} waits for labels of {num_open} of {len(request.questions)} sentences"
                f"{rejected}: label {exported if exported.exists() else files.questions} and put what the tool exports "
                f"into {files.answers}, or label here with seqmix annotate {request.folder}; then start the same "
                f"command with --recover"
            )
            return Waiting(message, num_open)
        return Answered([given[name] for name in sentences if name in given])

    def _ask(self, files: RoundFiles, request: Request) -> Request:
        """Writes the questions, with the predictions that are probable enough, and gives the request with these."""
        make_folder(files.answers)
        questions, least = [], self._min_probability
        for question in request.questions:
            suggested = [span for span in question.predicted if span.score is None or span.score >= least]
            questions.append(replace(question, predicted=tuple(suggested)))
        if not isinstance(self._format, JsonlFormat):
            odd = self._format.misfits(request.sentences)
            fitting = [question for question in questions if question.sentence.id not in odd]
            if fitting:
                model = f"round {request.round_number - 1}" if request.round_number else "no model"
                self._format.write(fitting, request.types, self._exported(files), model)
            if odd:
                self._warn_of(odd, f"round {request.round_number}'s {len(questions):,} sentences", files.questions)
        write_questions(files.questions, questions)  # written last: when it exists, all were asked
        return replace(request, questions=questions)

    def _exported(self, files: RoundFiles) -> Path:
        """The file of questions that the tool imports."""
        return files.folder / f"{self._format.name}{self._format.ending}"

    def _report(self, files: RoundFiles, answers: Answers, request: Request) -> None:
        """
        Logs warnings and problems, a line each; raises a `ConfigurationError` when a file has problems. Sentences on
        which annotators disagree are open.
        """
        lines = [*answers.warnings, *answers.problems]
        if len(lines) > MOST_LINES:
            lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES:,} more"]
        for line in lines:
            logger.warning(line)
        predicted = {question.sentence.id: question.predicted_tags() for question in request.questions}
        same = [answer for answer in answers.answers if answer.tags == predicted[answer.sentence_id]]
        suggested = any(tag != "O" for answer in same for tag in answer.tags or ())
        if suggested and len(same) == len(answers.answers) >= FEW:
            logger.warning(f"all {len(same)} answers are the model's suggestions unchanged; were they looked at?")
        num_problems = len(answers.problems) - len(answers.disagreements)
        if num_problems:
            snap = " --snap" if self._settings.snap else ""
            raise ConfigurationError(
                f"{files.answers}: {num_problems} problem(s), see above; correct the file, or take it away and put "
                f"what is good in its place: seqmix import-annotations FILE --format {self._format.name} --queries "
                f"{files.questions} --run {request.folder} --annotators {self._settings.annotators}{snap} "
                f"--skip-problems -s {files.own('imported')}"
            )
