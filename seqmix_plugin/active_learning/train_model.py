"""What `allennlp train` builds from a configuration."""

from pathlib import Path
from typing import Any, Dict, List, Optional

import torch
from allennlp.commands.train import TrainModel
from allennlp.common import Lazy, Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DataLoader, DatasetReader, Vocabulary
from allennlp.models import Model
from allennlp.training import Trainer

from seqmix_plugin.active_learning.checks import (
    check_encoder,
    check_reading,
    labelled_sentences,
    labels_of,
    sentence_reader,
    warn_of_labels,
    with_labels,
)
from seqmix_plugin.active_learning.config_checks import check_configuration, mistakes_as_configuration_errors
from seqmix_plugin.active_learning.console import prepare_console
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.round_state import RunFolder
from seqmix_plugin.archive import save_encoder
from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.sentence import TaggedSentence


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
        if extras.get("ddp_accelerator") is not None:
            raise ConfigurationError("distributed.ddp_accelerator cannot be configured: it is torch's, made each round")
        with mistakes_as_configuration_errors():
            check_configuration(params, cls, "from_partial_objects")
            return super().from_params(params, **extras)

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
        allow_tf32: bool = False,
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
        allow_tf32 : `bool`, optional (default = `False`)
            Lets a GPU multiply matrices of float32 in TF32, with ten bits instead of 23: faster, and not to the last
            digit the same.

        # Raises

        `ConfigurationError`
            When a file cannot be read, a model cannot be loaded, or the parts do not fit together.
        """
        RunFolder.check_unused(Path(serialization_dir))
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allow_tf32
        reader = sentence_reader(dataset_reader)
        evaluation_reader = sentence_reader(validation_dataset_reader or dataset_reader)
        corpus = labelled_sentences(reader, train_data_path, Path(serialization_dir))
        evaluation: Dict[str, List[TaggedSentence]] = {}
        for split, path in (("dev", validation_data_path), ("test", test_data_path)):
            if path is not None:
                evaluation[split] = list(labelled_sentences(evaluation_reader, path))
        if validation_data_loader is not None and "dev" not in evaluation:
            raise ConfigurationError("validation_data_loader is given, but no validation_data_path")
        labels = labels_of(corpus)
        evaluation_labels = {split: labels_of(sentences) for split, sentences in evaluation.items()}
        warn_of_labels(train_data_path, labels, evaluation_labels)
        vocab = with_labels(vocabulary.construct(instances=[]), [labels, *evaluation_labels.values()])
        experiment = Experiment(
            reader, evaluation_reader, vocab, corpus, evaluation, model, data_loader, validation_data_loader
        )
        first_model = experiment.new_model(seed, 0)
        for some in (reader, evaluation_reader):
            check_encoder(first_model, some)
            check_reading(first_model, some, corpus[0])
        trainer_ = trainer.construct(
            serialization_dir=serialization_dir,
            local_rank=local_rank,
            model=first_model,
            experiment=experiment,
            seed=seed,
        )
        # Only now has every process of this machine made its tokenizer; an indexer takes one that lies in the folder.
        if local_rank == 0:
            vocab.save_to_files(str(Path(serialization_dir) / "vocabulary"))
            if first_model.encoder is not None and reader.word_pieces is not None:
                save_encoder(first_model.encoder, reader.word_pieces.tokenizer, serialization_dir)
        return cls(serialization_dir=serialization_dir, model=first_model, trainer=trainer_)
