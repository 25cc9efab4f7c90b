"""`seqmix augment`: SeqMix for those who want the data and not the loop."""

import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from allennlp.common import Lazy, Params
from allennlp.data import DatasetReader, Vocabulary
from allennlp.models import Model

from seqmix_plugin.active_learning.corpora import Corpora, check_tagged, with_labels
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.file_labels import labels_of
from seqmix_plugin.active_learning.model_checks import check_model, sentence_reader
from seqmix_plugin.archives import load_tagger
from seqmix_plugin.augmenters import AugmentationContext, Augmenter
from seqmix_plugin.augmenters.discriminators import PerplexityDiscriminator
from seqmix_plugin.commands import generated_files
from seqmix_plugin.commands.annotation_tools import check_output
from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.devices import pick_device
from seqmix_plugin.configuration.annotations import at
from seqmix_plugin.configuration.checks import mistakes_as_configuration_errors
from seqmix_plugin.configuration.constructors import read_blocks
from seqmix_plugin.console import show
from seqmix_plugin.data import InMemoryLoader, SentenceReader
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.randomness import reseed_globals
from seqmix_plugin.sentence import SentenceSource
from seqmix_plugin.synthetic import Augmentation


@command("augment", letters={"output": "-s", "overrides": "-o", "force": "-f"})
def augment(
    config: str,
    input_path: str,
    *,
    output: str,
    overrides: str = "",
    archive: Optional[str] = None,
    include_input: bool = False,
    rate: Optional[float] = None,
    seed: Optional[int] = None,
    cuda_device: Optional[int] = None,
    force: bool = False,
) -> Dict[str, Any]:
    """
    Generate labelled sentences from a labelled file, as JSONL and as columns.

    Makes ⌊rate · n⌋ sentences of n, as round 0 of a run would of the same sentences, and writes the accepted ones:
    `OUTPUT.jsonl` with the soft labels as they were mixed, `OUTPUT.conll` with valid BIO tags, and
    `OUTPUT.statistics.json`. Each file appears whole or not at all; the same seed gives the same bytes, except for the
    seconds.

    # Parameters

    config : `str`
        A configuration with `dataset_reader`, `model` and `trainer.augmenter`; except for `seed`, other keys are not
        used.
    input_path : `str`
        The labelled file, read with the configuration's `dataset_reader`.
    output : `str`
        The path without ending of the files to write: OUTPUT.jsonl, OUTPUT.conll and OUTPUT.statistics.json.
    overrides : `str`, optional (default = `""`)
        A JSON object that overrides the configuration, as in `allennlp train`.
    archive : `str`, optional (default = `None`)
        A run's folder or model.tar.gz, whose model gives the embeddings; by default the configuration's untrained
        model.
    include_input : `bool`, optional (default = `False`)
        Write the input's sentences before the generated ones: a whole training file.
    rate : `float`, optional (default = `None`)
        Sentences to generate per input sentence; by default trainer.augmenter.rate.
    seed : `int`, optional (default = `None`)
        The random seed; by default the configuration's.
    cuda_device : `int`, optional (default = `None`)
        The GPU to use, -1 for the CPU; by default the first GPU, if there is one.
    force : `bool`, optional (default = `False`)
        Replace existing files.

    # Returns

    `Dict[str, Any]`
        The content of `OUTPUT.statistics.json`, and the paths of the two other files.

    # Raises

    `ConfigurationError`
        Before anything is generated: existing files, a configuration that makes nothing, a file without labels. After
        it, when nothing was accepted.
    """
    start = time.perf_counter()
    paths = generated_files.output_paths(output)
    make_folder(paths[0].parent)
    check_output(paths, [input_path], force)
    blocks = read_blocks(config, overrides)
    seed = blocks.get("seed", 0) if seed is None else seed
    with mistakes_as_configuration_errors():
        augmenter = _build_augmenter(config, blocks, rate)
        reader = sentence_reader(DatasetReader.from_params(Params(blocks["dataset_reader"])))
    sentences = reader.read_sentences(input_path)
    check_tagged(input_path, labels_of(sentences))
    generated_files.check_columns(input_path, sentences, include_input)
    wanted = augmenter.number_wanted(len(sentences))
    if wanted == 0:
        raise ConfigurationError(f"rate {augmenter.rate} of {len(sentences)} sentences makes none; raise --rate")
    device = pick_device(cuda_device)
    with mistakes_as_configuration_errors():
        model, reader = _build_model(blocks, reader, sentences, seed, archive)
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
        **generated_files.counts(augmentation.generated),
        "seconds": round(time.perf_counter() - start, 3),
        "augmenter": augmentation.statistics,
    }
    by_perplexity = isinstance(getattr(augmenter, "discriminator", None), PerplexityDiscriminator)
    rows = generated_files.records(augmentation.generated, sentences, "perplexity" if by_perplexity else "score")
    gold = map(generated_files.gold_record, sentences if include_input else ())
    generated_files.write_files(paths, [*gold, *rows], statistics)
    statistics["files"] = [str(path) for path in paths[:2]]
    show(_summary(statistics))
    return statistics


def _build_augmenter(config: str, blocks: Dict[str, Any], rate: Optional[float]) -> Augmenter:
    """The augmenter of `trainer.augmenter`, with another rate if one is given."""
    block = at(blocks, "trainer.augmenter")
    if not isinstance(block, dict) or block.get("type", "none") == "none":
        raise ConfigurationError(
            f"{config}: trainer.augmenter makes no sentences; expected a block such as {{'type': 'seqmix'}}"
        )
    augmenter = Augmenter.from_params(Params(block if rate is None else {**block, "rate": rate}))
    augmenter.versions = 1  # a file holds one pass
    return augmenter


def _build_model(
    blocks: Dict[str, Any], reader: SentenceReader, sentences: SentenceSource, seed: int, archive: Optional[str]
) -> Tuple[SequenceTagger, SentenceReader]:
    """The model that gives the embeddings, and the reader that goes with it."""
    vocab = with_labels(Vocabulary.empty(), {"": labels_of(sentences)})
    if archive is None:
        model = Lazy(Model, Params(blocks["model"]))
        corpora = Corpora(sentences, vocab, {})
        tagger = Experiment(reader, reader, corpora, model, Lazy(InMemoryLoader)).new_model(seed, 0)
        check_model(tagger, reader, sentences[0])
        return tagger, reader
    tagger, reader = load_tagger(archive)
    known = set(tagger.vocab.get_token_to_index_vocabulary(tagger.label_namespace))
    unknown = sorted(set(vocab.get_token_to_index_vocabulary("labels")) - known)
    if unknown:
        raise ConfigurationError(f"{archive}: its model does not know the labels {', '.join(unknown)} of the input")
    return tagger, reader


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


def _summary(statistics: Dict[str, Any]) -> str:
    """What the terminal shows at the end."""
    short = "" if statistics["accepted"] == statistics["wanted"] else "; no more were found"
    return f"""\
wrote     {" and ".join(statistics["files"])}
accepted  {statistics["accepted"]} of {statistics["wanted"]} wanted sentences{short}
refused   {statistics["refused"]} (acceptance {statistics["acceptance"]:.0%})
repaired  {statistics["repaired_tags"]} tags of {statistics["repaired_sentences"]} sentences: \
the most probable tags were not valid BIO
words     {statistics["generated_words"]} generated, {statistics["distinct_words"]} distinct
seconds   {statistics["seconds"]:.1f}"""
