"""`seqmix evaluate` and `seqmix predict`: AllenNLP's, with nothing on standard output but their results as JSON."""

import argparse
import json
import os
import sys
import tarfile
from contextlib import contextmanager
from typing import Iterator

from allennlp.commands import predict
from allennlp.commands.evaluate import Evaluate, evaluate_from_args
from allennlp.commands.predict import Predict, _predict
from allennlp.commands.subcommand import Subcommand

from seqmix_plugin.allennlp_gaps import transient_bars
from seqmix_plugin.commands.command import one_line_errors
from seqmix_plugin.commands.predict_input import CheckedPredictManager
from seqmix_plugin.console import prepare_console
from seqmix_plugin.errors import ConfigurationError, first_line, quoted


def register_quiet_forms() -> None:
    """Puts these sub-commands in the place of AllenNLP's of the same names and options, and hides AllenNLP's log."""
    prepare_console()
    Subcommand.register("evaluate", exist_ok=True)(QuietEvaluate)
    Subcommand.register("predict", exist_ok=True)(QuietPredict)
    predict._PredictManager = CheckedPredictManager  # type: ignore[misc]


class QuietEvaluate(Evaluate):
    """Prints the metrics, unless they go to a file."""

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = super().add_subparser(parser)
        subparser.set_defaults(func=_evaluate)
        return subparser


class QuietPredict(Predict):
    """Prints one line for each sentence, unless the predictions go to a file."""

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = super().add_subparser(parser)
        subparser.set_defaults(func=_print_predictions)
        return subparser


def _evaluate(args: argparse.Namespace) -> None:
    with _results_alone(args):
        metrics = evaluate_from_args(args)
    if args.output_file is None:
        print(json.dumps(metrics, indent=2))


def _print_predictions(args: argparse.Namespace) -> None:
    if args.output_file is None and not args.silent:
        sys.stdout.flush()
        args.output_file = os.dup(sys.stdout.fileno())  # AllenNLP prints each input and blank lines as well
    args.silent = True
    with _results_alone(args):
        _predict(args)


@contextmanager
def _results_alone(args: argparse.Namespace) -> Iterator[None]:
    """Shows no log and no full bars, and in one line why an archive or an input file cannot be read."""
    with one_line_errors("the results are not complete"), transient_bars():
        try:
            yield
        except tarfile.TarError as error:
            raise ConfigurationError(f"{args.archive_file}: not a model archive ({first_line(error)})") from error
        except json.JSONDecodeError as error:  # of a predictor that is not ours
            raise ConfigurationError(
                f"{args.input_file}: expected a JSON object in each line, found {quoted(error.doc.strip())}"
            ) from error
        except OSError as error:
            raise ConfigurationError(first_line(error)) from error
