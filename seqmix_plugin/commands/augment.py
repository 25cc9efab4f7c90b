"""`allennlp augment`: SeqMix for those who want the data and not the loop."""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Optional

from allennlp.commands.subcommand import Subcommand
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader

from seqmix_plugin.active_learning.corpora import check_tagged, labels_of
from seqmix_plugin.active_learning.model_checks import sentence_reader
from seqmix_plugin.augmenters import AugmentationContext, Augmenter
from seqmix_plugin.augmenters.discriminators import PerplexityDiscriminator
from seqmix_plugin.commands.building import build_augmenter, build_model, pick_device, read_blocks
from seqmix_plugin.commands.generated_files import GeneratedFiles, check_columns, counts, gold_records, records
from seqmix_plugin.commands.terminal import quiet_terminal, show
from seqmix_plugin.configuration.checks import mistakes_as_configuration_errors
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.randomness import reseed_globals
from seqmix_plugin.sentence import SentenceSource
from seqmix_plugin.synthetic import Augmentation


@Subcommand.register("augment")
class AugmentCommand(Subcommand):
    """
    `allennlp augment CONFIG INPUT --output PREFIX`: reads a labelled file and writes ⌊rate · n⌋ sentences that the
    configuration's augmenter makes of its n sentences. See `augment`.

    Registered as a `Subcommand` with name "augment".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Generate labelled sentences from a labelled file, as JSONL and as columns.",
            help="Generate labelled sentences from a labelled file.",
        )
        add = subparser.add_argument
        add(
            "config",
            type=str,
            help="configuration with dataset_reader, model and trainer.augmenter; others are ignored",
        )
        add("input", type=str, help="labelled file, read with the configuration's dataset_reader")
        add("-s", "--output", type=str, required=True, help="writes OUTPUT.jsonl, .conll and .statistics.json")
        add("-o", "--overrides", type=str, default="", help="a JSON structure that overrides the configuration")
        add(
            "--archive",
            type=str,
            help="take the model of this run's folder or model.tar.gz, not the pretrained encoder",
        )
        add(
            "--include-input",
            action="store_true",
            help="write the input's sentences before the generated ones: a whole training file",
        )
        add("--rate", type=float, help="sentences to make of each; by default trainer.augmenter.rate")
        add("--seed", type=int, help="by default the configuration's seed")
        add("--cuda-device", type=int, help="by default the first GPU when there is one; -1 is the CPU")
        add("-f", "--force", action="store_true", help="replace files of an earlier call")
        subparser.set_defaults(func=_augment_from_args)
        return subparser


def _augment_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal():
        statistics = augment(
            args.config,
            args.input,
            args.output,
            overrides=args.overrides,
            archive=args.archive,
            rate=args.rate,
            seed=args.seed,
            cuda_device=args.cuda_device,
            include_input=args.include_input,
            force=args.force,
        )
        show(_summary(statistics))


def augment(
    config: str,
    input_path: str,
    output: str,
    overrides: str = "",
    archive: Optional[str] = None,
    rate: Optional[float] = None,
    seed: Optional[int] = None,
    cuda_device: Optional[int] = None,
    include_input: bool = False,
    force: bool = False,
) -> Dict[str, Any]:
    """
    Generates sentences from a labelled file, as round 0 of a run would from the same sentences, and writes the accepted
    ones: `OUTPUT.jsonl` with the soft labels as they were mixed, `OUTPUT.conll` with valid BIO tags, and
    `OUTPUT.statistics.json`. Files appear whole or not at all; but for the seconds, the same seed gives the same bytes.

    # Parameters

    config : `str`
        A configuration; of its keys `dataset_reader`, `model`, `seed` and `trainer.augmenter` are used.
    input_path : `str`
        The labelled file.
    output : `str`
        The files' path without ending.
    overrides : `str`, optional (default = `""`)
        JSON, as AllenNLP's.
    archive : `str`, optional (default = `None`)
        A run's folder or archive, whose model gives the embeddings; by default the configuration's model, untrained.
    rate : `float`, optional (default = `None`)
        Instead of `trainer.augmenter.rate`.
    seed : `int`, optional (default = `None`)
        Instead of `seed`.
    cuda_device : `int`, optional (default = `None`)
        The first GPU when there is one; -1 is the CPU.
    include_input : `bool`, optional (default = `False`)
        Write the input's sentences before the generated ones.
    force : `bool`, optional (default = `False`)
        Replace existing files.

    # Returns

    `Dict[str, Any]`
        What `OUTPUT.statistics.json` says.

    # Raises

    `ConfigurationError`
        Before anything is generated: existing files, a configuration that makes nothing, a file without labels. After
        it, when nothing was accepted.
    """
    start = time.perf_counter()
    files = GeneratedFiles(output)
    files.check(input_path, force)
    blocks = read_blocks(config, overrides)
    seed = blocks.get("seed", 0) if seed is None else seed
    with mistakes_as_configuration_errors():
        augmenter = build_augmenter(config, blocks, rate)
        reader = sentence_reader(DatasetReader.from_params(Params(blocks["dataset_reader"])))
    sentences = reader.read_sentences(input_path)
    check_tagged(input_path, labels_of(sentences))
    check_columns(input_path, sentences, include_input)
    wanted = augmenter.number_wanted(len(sentences))
    if wanted == 0:
        raise ConfigurationError(f"rate {augmenter.rate} of {len(sentences)} sentences makes none; raise --rate")
    device = pick_device(cuda_device)
    with mistakes_as_configuration_errors():
        model, reader = build_model(blocks, reader, sentences, seed, archive)
    augmenter.check(model)
    augmentation = _augmentation(augmenter, sentences, model.to(device), reader, seed, archive is not None)
    if not augmentation.accepted:
        raise ConfigurationError(f"{input_path}: none of {wanted} wanted sentences was accepted; nothing is written")
    statistics = {
        "config": config,
        "input": input_path,
        "archive": archive,
        "seed": seed,
        "rate": augmenter.rate,
        "sentences": len(sentences),
        "wanted": wanted,
        **counts(augmentation.generated),
        "seconds": round(time.perf_counter() - start, 3),
        "augmenter": augmentation.statistics,
    }
    before = gold_records(sentences) if include_input else []
    files.write(before + records(augmentation.generated, sentences, _score_key(augmenter)), statistics)
    return {**statistics, "files": [str(files.jsonl), str(files.columns)]}


def _augmentation(
    augmenter: Augmenter,
    sentences: SentenceSource,
    model: SequenceTagger,
    reader: SentenceReader,
    seed: int,
    model_is_trained: bool,
) -> Augmentation:
    with tempfile.TemporaryDirectory() as folder:
        context = AugmentationContext(
            model=model,
            reader=reader,
            readable=sentences,
            outside=[],
            folder=Path(folder),
            seed=seed,
            round_number=0,
            model_is_trained=model_is_trained,
        )
        reseed_globals(seed, 0, "augment")
        return augmenter.augment(sentences, context)


def _score_key(augmenter: Augmenter) -> str:
    """What the discriminator's score is."""
    by_perplexity = isinstance(getattr(augmenter, "discriminator", None), PerplexityDiscriminator)
    return "perplexity" if by_perplexity else "score"


def _summary(statistics: Dict[str, Any]) -> str:
    """What the terminal shows at the end."""
    short = "" if statistics["accepted"] == statistics["wanted"] else "; no more were found"
    return "\n".join(
        [
            f"wrote     {' and '.join(statistics['files'])}",
            f"accepted  {statistics['accepted']} of {statistics['wanted']} wanted sentences{short}",
            f"refused   {statistics['refused']} (acceptance {statistics['acceptance']:.0%})",
            f"repaired  {statistics['repaired_tags']} tags of {statistics['repaired_sentences']} sentences whose most "
            f"probable tags were not valid BIO",
            f"words     {statistics['generated_words']} generated, {statistics['distinct_words']} distinct",
            f"seconds   {statistics['seconds']:.1f}",
        ]
    )
