"""An active learner that a program drives: it asks, is taught, and asks again."""

from contextlib import contextmanager
from numbers import Integral
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Union

from seqmix_plugin.annotator.answer_file import AnswerFile
from seqmix_plugin.api.answers import checked_answers, types_given, warn_of_others, with_answers, without_answer
from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.api.open_run import OpenRun, answered_by_hand
from seqmix_plugin.api.run import Run
from seqmix_plugin.api.tagger import Predictions, predictions
from seqmix_plugin.api.training import Pathlike, read_configuration
from seqmix_plugin.api.training_data import with_data
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.formats import Question, read_questions
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.predictors import SequenceTaggerPredictor
from seqmix_plugin.run.layout import RoundFiles

OWN = "python"
"""The name of the file of answers."""


class ActiveLearner:
    """
    Active learning in which a program asks and answers: `query` selects sentences, `teach` takes their labels and
    trains. It drives the loop of `seqmix train` with an oracle that waits, a round at a time, so its folder is that of
    any run, and the same queries and answers give the same sentences and models. After an interruption the same call
    opens the folder again, with the questions that were open; a round whose answers are there is trained first.

    The configuration says everything but the sizes of rounds and the oracle: `seed_size`, `num_rounds`, `query_size`
    and `query_tokens` are replaced by the sizes that `query` is given, which `config.json` in the folder has, and an
    oracle of another type than `files` by that one.

    # Parameters

    config : `Union[str, os.PathLike[str], Mapping[str, Any]]`
        The configuration: a file in Jsonnet or JSON, or its content.
    folder : `Union[str, os.PathLike[str]]`
        The run's folder: a new one, or that of the same learner.
    pool : `Any`, optional (default = `None`)
        The sentences to query from: a path, or what `sentences_of` takes, whose labels are not read. Of labels in a
        file only the entity types are taken. By default the configuration's `train_data_path`.
    seed : `Any`, optional (default = `None`)
        Sentences that are labelled already, with which round 0 trains; without them round 0 is the first query, which
        no model has a part in. By default the configuration's `seed_data_path`.
    dev : `Any`, optional (default = `None`)
        Labelled sentences on which the model of each round is evaluated. By default the configuration's
        `validation_data_path`.
    test : `Any`, optional (default = `None`)
        The same, as `test`. By default the configuration's `test_data_path`.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types, such as `["PER", "LOC"]`. By default the configuration's, or those of all data.
    overrides : `Mapping[str, Any]`, optional (default = `None`)
        Values of the configuration by their dotted keys.

    # Raises

    `ConfigurationError`
        For a mistake in the configuration or the data, and when the folder holds another run.
    """

    @python_errors()
    def __init__(
        self,
        config: Union[Pathlike, Mapping[str, Any]],
        folder: Pathlike,
        *,
        pool: Any = None,
        seed: Any = None,
        dev: Any = None,
        test: Any = None,
        labels: Optional[Sequence[str]] = None,
        overrides: Optional[Mapping[str, Any]] = None,
    ) -> None:
        self.folder = Path(folder).absolute()  # the working directory may change
        values = read_configuration(config, overrides or {}).as_dict(quiet=True)
        values = with_data(values, self.folder, pool, dev, test, seed, is_pool=True)
        self._configuration = answered_by_hand(values | ({} if labels is None else {"labels": types_given(labels)}))
        self._open: Optional[OpenRun] = None
        self._ready()

    @python_errors()
    def query(self, k: int) -> List[Question]:
        """
        Selects sentences of the pool, the most informative first, or at random where there is no trained model yet.
        The first call trains on the seed set before.

        # Parameters

        k : `int`
            How many sentences; each call may have another number.

        # Returns

        `List[Question]`
            The questions, with `id`, `tokens`, `query_score` and, from round 1 on, `predicted`, the spans that the
            model predicts. Fewer than `k` where the label budget of a stopping criterion leaves no more.

        # Raises

        `ConfigurationError`
            When there are open questions, the pool has fewer sentences, or a stopping criterion has ended the run.
        """
        run = self._ready()
        pool, rounds, asked = run.loop.pool, run.loop.files.rounds, self.questions
        if asked:
            raise ConfigurationError(
                f"round {asked[0].round} has {len(asked)} open questions, such as {asked[0].id!r}; teach their answers "
                f"before the next query"
            )
        if rounds and "stop" in rounds[-1]:
            raise ConfigurationError(f"the run has stopped after round {len(rounds) - 1}: {rounds[-1]['stop']}")
        num_left = len(pool.unlabelled)
        if num_left == 0:
            raise ConfigurationError("the pool is exhausted: all sentences are labelled or rejected")
        if not isinstance(k, Integral) or isinstance(k, bool) or not 1 <= k <= num_left:
            raise ConfigurationError(
                f"k is {quoted(k)}; expected a number from 1 to {num_left:,}, the sentences left in the pool"
            )
        with self._reopening():
            run.query(int(k))
        return self.questions

    @python_errors()
    def teach(self, answers: Any = None) -> Dict[str, Any]:
        """
        Records the answers to the open questions, augments them and trains the round's model.

        # Parameters

        answers : `Any`, optional (default = `None`)
            A dictionary with the answers by the sentences' ids; a list with one a question, in their order; or a data
            frame or `datasets.Dataset` with columns of ids, words and tags. An answer is a list of BIO tags, one a
            word; a list of spans, each `(start, end, label)` in word positions with the end exclusive; or `None` or
            `"reject"` for a sentence that is to be left out for good. `None` for all: the answers are in files that
            `seqmix annotate` or another tool has put into the folder.

        # Returns

        `Dict[str, Any]`
            The round's record, a line of `rounds.jsonl`, with `scores`.

        # Raises

        `ConfigurationError`
            When there is no open question, or an answer has a mistake: nothing is recorded then. When questions are
            left without an answer: those that are given are kept, and another call may give the others; with
            `unanswered: "pool"` of the oracle, they return to the pool instead. When all of a first query are rejected.
        """
        run, questions = self._ready(), self.questions
        if not questions:
            trained = f": round {len(self.rounds) - 1} is trained" if self.rounds else ""
            raise ConfigurationError(f"there is no open question{trained}; query selects sentences")
        files, types = RoundFiles.of(self.folder, questions[0].round), run.loop.experiment.types
        checked = checked_answers(answers, questions, types)
        file = AnswerFile(files.own_to_write(OWN), questions, types)
        kept = with_answers(checked, file, is_first=not run.loop.pool.labelled)
        with self._reopening():
            file.save(kept)
            run.resume()
        if run.waiting is not None:
            raise ConfigurationError(
                f"round {files.number} waits for answers to {run.waiting.num_open} of {len(questions)} questions, such "
                f"as {without_answer(kept)[0]!r}; the others are kept"
            )
        warn_of_others(checked, run.loop.pool.labelled, files.answers)
        return self.rounds[-1]

    @python_errors()
    def predict(self, sentences: Sequence[Union[str, Sequence[str]]]) -> Predictions:
        """
        Labels sentences with the newest model.

        # Parameters

        sentences : `Sequence[Union[str, Sequence[str]]]`
            Texts, or lists of words; see `Tagger.predict`.

        # Returns

        `Predictions`
            A list with one `Prediction` for each sentence.

        # Raises

        `ConfigurationError`
            Before a model is trained, for anything else than a list of sentences, and for an empty sentence.
        """
        if not self.rounds:
            raise ConfigurationError("no model is trained yet; query and teach train one")
        reader = self._ready().loop.experiment.reader
        return predictions(SequenceTaggerPredictor(self.model.eval(), reader), sentences)

    @property
    def questions(self) -> List[Question]:
        """The questions of the round that waits for answers; none where no round does."""
        run = self._ready()
        if run.waiting is None:
            return []
        return read_questions(RoundFiles.of(self.folder, len(run.loop.files.rounds)).questions)

    @property
    def model(self) -> SequenceTagger:
        """The newest model; before the first round, one that has learned nothing."""
        return self._ready().loop.learners[0].model

    @property
    def rounds(self) -> List[Dict[str, Any]]:
        """The records of all rounds that are trained."""
        return list(self._ready().loop.files.rounds)

    @property
    def run(self) -> Run:
        """The run in the folder, as `sx.Run`."""
        return Run(self.folder)

    @property
    def labelled(self) -> int:
        """Number of labelled sentences, with the seed set."""
        return len(self._ready().loop.pool.labelled)

    @property
    def unlabelled(self) -> int:
        """Number of sentences that are left in the pool."""
        return len(self._ready().loop.pool.unlabelled)

    def __repr__(self) -> str:
        if self._open is None:
            return f"<ActiveLearner {self.folder}>"
        pool = self._open.loop.pool
        return f"<ActiveLearner {self.folder}: {len(pool.labelled):,} labelled, {len(pool.unlabelled):,} in the pool>"

    def _ready(self) -> OpenRun:
        """The run in memory, read from its folder where an error or another learner has left it behind."""
        if self._open is None or not self._open.is_current:
            self._open = None
            self._open = OpenRun(self.folder, self._configuration)
        return self._open

    @contextmanager
    def _reopening(self) -> Iterator[None]:
        """After an interruption or an error the run is read from its folder again."""
        try:
            yield
        except BaseException:
            self._open = None
            raise
