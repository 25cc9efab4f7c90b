"""What `allennlp train` builds from a configuration."""

import logging
from pathlib import Path
from typing import Any, Dict, List, Optional

from allennlp.commands.train import TrainModel
from allennlp.common import Lazy, Params
from allennlp.common.checks import ConfigurationError
from allennlp.common.from_params import infer_method_params
from allennlp.data import DataLoader, DatasetReader, Vocabulary
from allennlp.models import Model
from allennlp.training import Trainer

from seqmix_plugin.active_learning.console import prepare_console
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.archive import save_encoder
from seqmix_plugin.data import InMemoryLoader, SentenceReader
from seqmix_plugin.sentence import TaggedSentence

logger = logging.getLogger(__name__)


@TrainModel.register("active_learning", constructor="from_partial_objects")
class ActiveLearningTrainModel(TrainModel):
    """
    The `TrainModel` of active learning: `type: "active_learning"` at the top level of a configuration. Its keys are
    those of [`from_partial_objects`](#from_partial_objects).

    Registered as a `TrainModel` with name "active_learning".
    """

    @classmethod
    def from_params(cls, params: Params, **extras: Any) -> "ActiveLearningTrainModel":  # type: ignore[override]
        prepare_console()
        _check_loaders(params)
        _check_inner_trainer_keys(params)
        try:
            return super().from_params(params, **extras)
        except TypeError as error:
            if not str(error).startswith("Expected "):  # AllenNLP's check of a key's type
                raise
            raise ConfigurationError(f"configuration: {error}") from error

    @classmethod
    def from_partial_objects(  # type: ignore[override]
        cls,
        serialization_dir: str,
        local_rank: int,
        dataset_reader: DatasetReader,
        train_data_path: str,
        model: Lazy[Model],
        trainer: Lazy[Trainer],
        data_loader: Lazy[DataLoader] = Lazy(InMemoryLoader),
        vocabulary: Lazy[Vocabulary] = Lazy(Vocabulary),
        validation_dataset_reader: Optional[DatasetReader] = None,
        validation_data_path: Optional[str] = None,
        validation_data_loader: Optional[Lazy[DataLoader]] = None,
        test_data_path: Optional[str] = None,
        seed: int = 0,
    ) -> "ActiveLearningTrainModel":
        """
        # Parameters

        serialization_dir, local_rank
            Given by AllenNLP, not keys.
        dataset_reader : `DatasetReader`
            A reader of sentences, such as `conll_columns`, with an indexer of type `word_piece`.
        train_data_path : `str`
            The labelled sentences that the pool is made of: a file, or an address that AllenNLP's cache fetches.
        model : `Lazy[Model]`
            A `sequence_tagger`.
        trainer : `Lazy[Trainer]`
            An `active_learning` trainer.
        data_loader : `Lazy[DataLoader]`, optional (default = `Lazy(InMemoryLoader)`)
            An `in_memory` loader.
        vocabulary : `Lazy[Vocabulary]`
            `{type: "empty"}`; the labels of all files are added to its namespace `labels`, sorted.
        validation_dataset_reader : `DatasetReader`, optional (default = `None`)
            Reads dev and test instead of `dataset_reader`.
        validation_data_path : `str`, optional (default = `None`)
            Scored each round as `dev`.
        validation_data_loader : `Lazy[DataLoader]`, optional (default = `None`)
            When given, the inner trainer validates on dev after each epoch; by default it does not.
        test_data_path : `str`, optional (default = `None`)
            Scored each round as `test`.
        seed : `int`, optional (default = `0`)
            The run's one seed.

        # Raises

        `ConfigurationError`
            When a file cannot be read, a model cannot be loaded, or the parts do not fit together.
        """
        reader = _sentence_reader(dataset_reader)
        evaluation_reader = _sentence_reader(validation_dataset_reader or dataset_reader)
        corpus = reader.read_sentences(train_data_path)
        evaluation: Dict[str, List[TaggedSentence]] = {}
        for split, path in (("dev", validation_data_path), ("test", test_data_path)):
            if path is not None:
                evaluation[split] = evaluation_reader.read_sentences(path)
        if validation_data_loader is not None and "dev" not in evaluation:
            raise ConfigurationError("validation_data_loader is given, but no validation_data_path")
        vocab = vocabulary.construct(instances=[])
        labels = {tag for some in (corpus, *evaluation.values()) for sentence in some for tag in sentence.tags or ()}
        vocab.add_tokens_to_namespace(sorted(labels), "labels")
        if local_rank == 0:
            vocab.save_to_files(str(Path(serialization_dir) / "vocabulary"))

        experiment = Experiment(reader, vocab, corpus, evaluation, model, data_loader, validation_data_loader)
        first_model = experiment.new_model(seed, 0)
        if first_model.encoder is not None and reader.word_pieces is not None and local_rank == 0:
            save_encoder(first_model.encoder, reader.word_pieces.tokenizer, serialization_dir)
        trainer_ = trainer.construct(
            serialization_dir=serialization_dir,
            local_rank=local_rank,
            model=first_model,
            experiment=experiment,
            seed=seed,
        )
        return cls(serialization_dir=serialization_dir, model=first_model, trainer=trainer_)


def _sentence_reader(reader: DatasetReader) -> SentenceReader:
    if not isinstance(reader, SentenceReader) or reader.word_pieces is None:
        raise ConfigurationError(
            "dataset_reader: active learning needs a reader of sentences, such as 'conll_columns', with a token "
            "indexer of type 'word_piece'"
        )
    return reader


def _check_loaders(params: Params) -> None:
    for key in ("data_loader", "validation_data_loader"):
        block = params.get(key)
        if isinstance(block, Params) and block.get("type") != "in_memory":
            raise ConfigurationError(f"{key}.type is {block.get('type')!r}; active learning needs 'in_memory'")


def _check_inner_trainer_keys(params: Params) -> None:
    """The stock trainer takes `**kwargs` and would swallow a misspelt key of its block."""
    outer = params.get("trainer")
    inner = outer.get("trainer") if isinstance(outer, Params) else None
    if not isinstance(inner, Params):
        return
    name = inner.get("type", Trainer.default_implementation)
    if name not in Trainer.list_available():
        return  # AllenNLP says so itself
    trainer, constructor = Trainer.resolve_class_name(name)
    method = getattr(trainer, constructor) if constructor else trainer.__init__
    known = set(infer_method_params(trainer, method)) - {"self", "cls", "kwargs"} | {"type"}
    unknown = sorted(set(inner.params) - known)
    if unknown:
        raise ConfigurationError(
            f"trainer.trainer has unknown keys {unknown}; a {name!r} trainer takes {sorted(known)}"
        )
