"""A run in its folder, for Python and notebooks."""

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union

from seqmix_plugin.api.children import Children
from seqmix_plugin.api.frames import frame
from seqmix_plugin.api.messages import python_errors
from seqmix_plugin.api.picture import Picture
from seqmix_plugin.api.tagger import Tagger
from seqmix_plugin.charts.learning_curves import MEASURES
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.json_text import read_objects
from seqmix_plugin.run.layout import ANNOTATED, NOT_MEASURED, SYNTHETIC
from seqmix_plugin.run.learning_curve import curve_rows, picture
from seqmix_plugin.run.method_name import method_of
from seqmix_plugin.run.reader import Run as StoredRun
from seqmix_plugin.run.reader import read_run

if TYPE_CHECKING:
    import pandas

OF_A_SENTENCE = ("round", "id", "tokens", "tags")
OF_A_CHILD = ("round", "id", "accepted", "score", "lambda", "tokens", "tag_distributions")
OF_A_PARENT = ("id", "tokens", "tags", "start", "end")
NUM_PARENTS = 2


class Run:
    """
    A run of active learning: what its folder holds, read anew each time, so that an unfinished run can be watched.

    # Parameters

    folder : `Union[str, os.PathLike[str]]`
        The run's folder, as `train` or `seqmix train` has filled it.

    # Raises

    `ConfigurationError`
        When the folder holds no run.
    """

    def __init__(self, folder: Union[str, "os.PathLike[str]"]) -> None:
        self.folder = Path(folder).absolute()  # the working directory may change
        self._tagger: Optional[Tagger] = None
        self._stored()

    def _stored(self) -> StoredRun:
        with python_errors():
            return read_run(self.folder, needs_rounds=False)

    @property
    def finished(self) -> bool:
        """Whether all rounds are there, or a stopping criterion has ended the run."""
        return self._stored().finished

    @property
    def rounds(self) -> List[Dict[str, Any]]:
        """The records of the rounds, the lines of `rounds.jsonl`, which docs/runs.md describes."""
        return list(self._stored().rounds)

    @property
    def learning_curve(self) -> "pandas.DataFrame":
        """
        A row per round, with the columns of `learning_curve.csv`: `round`; `sentences`, `tokens` and `entities` that
        are annotated; `annotation_seconds`, which they cost; `synthetic`, the generated sentences in training;
        `dev_precision`, `dev_recall`, `dev_f1` and those of `test`, from 0 to 1, as far as they are measured;
        `seconds` of the round.
        """
        rows = curve_rows(self.rounds)
        return frame([{name: value for name, value in row.items() if value != NOT_MEASURED} for row in rows], ["round"])

    @property
    def annotated(self) -> "pandas.DataFrame":
        """
        A row per labelled sentence, in the order in which they were queried: `round`, `id`, `tokens`, `tags`, and
        `tag_distributions` and `spaces` where there are any.
        """
        return frame(self._lines(ANNOTATED), OF_A_SENTENCE)

    @property
    def synthetic(self) -> "pandas.DataFrame":
        """
        A row per generated sentence, also those that the discriminator refused: `round`; `id`; `accepted`; `score`, the
        discriminator's; `lambda`, the weight of the pair's first sentence (the two children of a pair have the parents
        in opposite order); `tokens`; `tag_distributions`, its soft labels; and of the parent that it has the other
        words of, `parent_1_id`, `parent_1_tokens`, `parent_1_tags`, and the window that was mixed, its words from
        `parent_1_start` to `parent_1_end` (exclusive); likewise `parent_2_id` and so on of the other parent.
        """
        parents = [f"parent_{number}_{name}" for number in range(1, NUM_PARENTS + 1) for name in OF_A_PARENT]
        return frame(self._generated(), [*OF_A_CHILD, *parents])

    def examples(self, number: int = 5) -> Children:
        """
        Accepted generated sentences beside their parents, for reading; those of the last rounds.

        # Parameters

        number : `int`, optional (default = `5`)
            How many at most.

        # Returns

        `Children`
            What a notebook shows and `print` prints.
        """
        accepted = [row for row in self._generated() if row["accepted"]]
        return Children(accepted[-number:] if number > 0 else [])

    @property
    def tagger(self) -> Tagger:
        """The tagger of the last round that was there when this was used first."""
        if self._tagger is None:
            self._tagger = Tagger(self.folder)
        return self._tagger

    @python_errors()
    def plot(self, against: str = "sentences") -> Picture:
        """
        The learning curve, which a notebook shows.

        # Parameters

        against : `str`, optional (default = `"sentences"`)
            What annotations are counted in: `"sentences"`, `"tokens"` or `"entities"`.

        # Returns

        `Picture`
            `save` writes it to a file.

        # Raises

        `ConfigurationError`
            For another measure, without the extra `report`, or before the first round has ended.
        """
        measures = MEASURES[:-1]
        if against not in measures:
            raise ConfigurationError(f"against is {quoted(against)}; expected one of {', '.join(measures)}")
        if not self.rounds:
            raise ConfigurationError(f"{self.folder}: there is no curve to plot before the first round has ended")

        def draw(form: str) -> bytes:
            return picture(self.rounds, against, form, method_of(self.folder))

        return Picture(f"learning curve of {self.folder}", draw)

    def _generated(self) -> List[Dict[str, Any]]:
        """The generated sentences with their parents."""
        sentences = {row["id"]: row for row in self._lines(ANNOTATED)}
        return [_with_parents(row, sentences) for row in self._lines(SYNTHETIC)]

    def _lines(self, name: str) -> List[Dict[str, Any]]:
        """The rows of a file in the folder, none where there is no such file."""
        with python_errors():
            return list(read_objects(self.folder / name)) if (self.folder / name).exists() else []

    def __repr__(self) -> str:
        return f"<Run {self.folder}: {self._summary()}>"

    def _repr_html_(self) -> str:
        return f"<b>Run</b> <code>{html.escape(str(self.folder))}</code>: {html.escape(self._summary())}"

    def _summary(self) -> str:
        stored = self._stored()
        if not stored.rounds:
            return "no round yet"
        state = "finished" if stored.finished else "unfinished"
        last = stored.rounds[-1]
        scores = [f"{split} F1 {100 * values['f1']:.2f}" for split, values in last["scores"].items()]
        labelled = f"{last['annotated']['sentences']:,} sentences annotated"
        progress = f"{len(stored.rounds)} of {stored.num_rounds + 1} rounds"
        return ", ".join([f"{state}, {progress}", labelled, *(scores or [f"F1 {NOT_MEASURED}"])])


def _with_parents(row: Dict[str, Any], sentences: Dict[str, Dict[str, Any]]) -> Dict[str, Any]:
    """A line of `synthetic.jsonl` with the words and tags of the parents."""
    flat = {name: value for name, value in row.items() if name != "parents"}
    for number, window in enumerate(row["parents"], start=1):
        sentence = sentences.get(window["sentence_id"], {})
        parent = {"id": window["sentence_id"], "tokens": sentence.get("tokens"), "tags": sentence.get("tags")}
        parent |= {"start": window["start"], "end": window["end"]}
        flat |= {f"parent_{number}_{name}": value for name, value in parent.items()}
    return flat
