"""The `TrainModel` that `allennlp train` builds from a configuration of type `active_learning`."""

import os
from pathlib import Path
from typing import IO, Any, Dict, List, Optional

import torch
from allennlp.commands.train import TrainModel
from allennlp.common import Lazy, Params
from allennlp.data import DataLoader, DatasetReader, Vocabulary
from allennlp.models import Model
from allennlp.training import Trainer

from seqmix_plugin.active_learning.corpora import read_corpora
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.model_checks import check_model, sentence_reader
from seqmix_plugin.allennlp_gaps import configuration_folder, transient_bars
from seqmix_plugin.configuration.checks import check_configuration, mistakes_as_configuration_errors
from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.distributed import from_primary, is_primary, on_each_machine, rank
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.configuration_paths import check_data_files
from seqmix_plugin.io.folder_guard import check_own, own_folder, refuse_links
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.encoder_files import put_damaged_encoder_aside, save_encoder, save_vocabulary
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG, STATE
from seqmix_plugin.run.provenance import check_copy, check_data
from seqmix_plugin.run.reader import MOVED_KEYS
from seqmix_plugin.run.recovery import begin, check_version
from seqmix_plugin.run_console import one_line_failures


@TrainModel.register("active_learning", constructor="from_partial_objects")
class ActiveLearningTrainModel(TrainModel):
    """
    The `TrainModel` of active learning: `type: "active_learning"` at the top level of a configuration. Its keys are
    those of `from_partial_objects`.

    Registered as a `TrainModel` with name "active_learning".
    """

    @classmethod
    def from_params(cls, params: Params, **extras: Any) -> "ActiveLearningTrainModel":  # type: ignore[override]
        if extras.get("ddp_accelerator") is not None:
            raise ConfigurationError("distributed.ddp_accelerator cannot be configured: it is torch's, made each round")
        folder = None if extras.get("serialization_dir") is None else Path(extras["serialization_dir"])
        with one_line_failures(), transient_bars(), mistakes_as_configuration_errors():
            if folder is not None:
                from_primary(lambda: check_version(folder))
            _refuse_moved_keys(params)
            check_configuration(params, cls, "from_partial_objects")
            check_data_files(params.as_dict(quiet=True), configuration_folder(params))
            held: List[IO[bytes]] = []  # until the trainer has the lock as well
            if folder is not None:
                from_primary(lambda: held.append(_begin(folder)))
                own_folder(folder, ANSWER_FILES)
                on_each_machine(extras.get("local_rank", 0), lambda: put_damaged_encoder_aside(folder))
            return super().from_params(params, **extras)

    def run(self) -> Dict[str, Any]:
        with one_line_failures(), transient_bars():
            return super().run()

    def finish(self, metrics: Dict[str, Any]) -> None:
        """AllenNLP writes `metrics.json` and `model.tar.gz` next."""
        if is_primary():
            check_own()
            refuse_links(Path(self.serialization_dir))
        super().finish(metrics)

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
        seed_data_path: Optional[str] = None,
        labels: Optional[List[str]] = None,
        seed: int = 0,
        allow_tf32: bool = False,
        deterministic: bool = False,
    ) -> "ActiveLearningTrainModel":
        """
        # Parameters

        serialization_dir, local_rank
            Given by AllenNLP, not keys.
        dataset_reader : `DatasetReader`
            A reader of sentences, such as `conll_columns`, with an indexer of type `word_piece`.
        train_data_path : `str`
            The sentences that the pool is made of: a file, or an address that AllenNLP's cache fetches. In a simulation
            they are labelled; with annotators they need not be (`unlabelled: true` of the reader).
        model : `Lazy[Model]`
            The tagger, a model of type `sequence_tagger`.
        trainer : `Lazy[Trainer]`
            The trainer of type `active_learning`, which runs all rounds.
        data_loader : `Lazy[DataLoader]`, optional (default = `Lazy(InMemoryLoader)`)
            The loader of training batches, of type `in_memory`.
        vocabulary : `Lazy[Vocabulary]`, optional (default = `Lazy(Vocabulary)`)
            `{type: "empty"}`; the labels of all files are added to its namespace `labels`, sorted.
        validation_dataset_reader : `DatasetReader`, optional (default = `None`)
            Reads dev, test and `seed_data_path` instead of `dataset_reader`.
        validation_data_path : `str`, optional (default = `None`)
            Labelled file on which each round's model is evaluated as `dev`.
        validation_data_loader : `Lazy[DataLoader]`, optional (default = `None`)
            When given, the inner trainer validates on dev after each epoch; by default it does not.
        test_data_path : `str`, optional (default = `None`)
            Labelled file on which each round's model is evaluated as `test`.
        seed_data_path : `str`, optional (default = `None`)
            Sentences that are labelled before the first round, beside those of the training file, read as dev and test
            are; `trainer.seed_size` may then be 0.
        labels : `List[str]`, optional (default = `None`)
            The entity types, such as `["PER", "LOC"]`; by default those of all files.
        seed : `int`, optional (default = `0`)
            The run's one seed.
        allow_tf32 : `bool`, optional (default = `False`)
            Lets a GPU multiply matrices of float32 in TF32, with ten bits instead of 23: faster, and not to the last
            digit the same.
        deterministic : `bool`, optional (default = `False`)
            Makes torch choose operations on a GPU that always add up in the same order, and refuse those that have no
            such form, so that the same seed is the same run there too. On a CPU it is so anyway.

        # Raises

        `ConfigurationError`
            When a file cannot be read, a model cannot be loaded, or the parts do not fit together.
        """
        set_torch(allow_tf32, deterministic)
        reader = sentence_reader(dataset_reader)
        evaluation_reader = sentence_reader(validation_dataset_reader or dataset_reader)
        paths = {
            "train_data_path": train_data_path,
            "seed_data_path": seed_data_path,
            "validation_data_path": validation_data_path,
            "test_data_path": test_data_path,
        }
        folder = Path(serialization_dir)
        vocab = vocabulary.construct(instances=[])
        corpora = read_corpora(reader, evaluation_reader, paths, folder, vocab, labels)
        if validation_data_loader is not None and "dev" not in corpora.evaluation:
            raise ConfigurationError("validation_data_loader is given, but no validation_data_path")
        readers = {"train_data_path": reader}
        data = {
            key: (path, readers.get(key, evaluation_reader).digest) for key, path in paths.items() if path is not None
        }
        check_data(folder, data, vocab)
        experiment = Experiment(reader, evaluation_reader, corpora, model, data_loader, validation_data_loader)
        first_model = experiment.new_model(seed, 0)
        for some in (reader, evaluation_reader):
            check_model(first_model, some, corpora.train[0])
        trainer_ = trainer.construct(
            serialization_dir=serialization_dir,
            local_rank=local_rank,
            model=first_model,
            experiment=experiment,
            seed=seed,
        )
        # Only now has every process of this machine made its tokenizer; an indexer takes one that lies in the folder.
        if local_rank == 0:
            save_vocabulary(vocab, serialization_dir, f".{rank()}")
            if first_model.encoder is not None and reader.word_pieces is not None:
                save_encoder(first_model.encoder, reader.word_pieces.tokenizer, serialization_dir, f".{rank()}")
        return cls(serialization_dir=serialization_dir, model=first_model, trainer=trainer_)


def set_torch(allow_tf32: bool, deterministic: bool) -> None:
    """Makes torch compute as the keys of these names say."""
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # which torch asks for
    torch.use_deterministic_algorithms(deterministic)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allow_tf32


def _refuse_moved_keys(params: Params) -> None:
    """Raises a `ConfigurationError` that names the new place of a trainer's key of version 0.1."""
    trainer = params.as_dict(quiet=True).get("trainer")
    for old, new in MOVED_KEYS.items():
        if isinstance(trainer, dict) and old in trainer:
            raise ConfigurationError(f"trainer.{old} has moved to trainer.{'.'.join(new)}")


def _begin(folder: Path) -> IO[bytes]:
    """In the primary process: the lock of a run's folder, whose configuration is that of the run in it."""
    lock = begin(folder)
    if (folder / STATE / CONFIG).exists() and (folder / CONFIG).exists():
        check_copy(folder / CONFIG, read_object(folder / CONFIG))
    return lock
