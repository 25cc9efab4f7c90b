"""The input of `seqmix predict`, checked as a whole before the first sentence is tagged."""

import os
import sys
from typing import BinaryIO, Iterator

from allennlp.commands.predict import _PredictManager
from allennlp.common.file_utils import cached_path, open_compressed
from allennlp.common.util import JsonDict

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.json_text import parse_at, shown
from seqmix_plugin.predictors import SequenceTaggerPredictor
from seqmix_plugin.predictors.sequence_tagger import input_problem


class CheckedPredictManager(_PredictManager):
    """AllenNLP's, whose errors in the input of our predictor name its lines; other predictors read as they do."""

    def _get_json_data(self) -> Iterator[JsonDict]:
        if not isinstance(self._predictor, SequenceTaggerPredictor):
            yield from super()._get_json_data()
        elif self._input_file == "-":
            yield from _rows("standard input", sys.stdin.buffer)  # line by line, as it may be a conversation
        else:
            local = cached_path(self._input_file)
            if os.path.isfile(os.path.realpath(local)):  # a pipe can be read once
                with open_compressed(local, "rb", encoding=None) as file:
                    for _ in _rows(self._input_file, file):
                        pass
            with open_compressed(local, "rb", encoding=None) as file:
                yield from _rows(self._input_file, file)


def _rows(source: str, file: BinaryIO) -> Iterator[JsonDict]:
    """The objects of a JSONL file; a `ConfigurationError` for a line that cannot be tagged."""
    for number, line in enumerate(file, 1):
        place = f"{source}, line {number}"
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{place}: byte 0x{line[error.start]:02x} is not UTF-8") from error
        if not text.strip():
            continue
        row = parse_at(place, text)
        if problem := input_problem(row):
            raise ConfigurationError(f"{place}, input {shown(row)}: {problem}")
        yield row
