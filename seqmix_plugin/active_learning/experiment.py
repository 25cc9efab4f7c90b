"""The constant parts of a run: data and readers, and how models and loaders are made from them."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import torch
from allennlp.common import Lazy
from allennlp.data import DataLoader
from allennlp.models import Model

from seqmix_plugin.active_learning.corpora import Corpora
from seqmix_plugin.active_learning.measuring import measured
from seqmix_plugin.data import (
    EncodedSentences,
    InMemoryLoader,
    SentenceReader,
    SentenceView,
    SoftSentences,
    TwoStreamLoader,
)
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.formats import entity_types
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference, inputs_of
from seqmix_plugin.oracles import Oracle
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.query_policies import ScoredBatch
from seqmix_plugin.randomness import reseed_globals
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.synthetic import TrainingSentence


@dataclass
class Experiment:
    """The constant parts of a run: readers, vocabulary, data, and how models and loaders are made."""

    reader: SentenceReader
    evaluation_reader: SentenceReader  # of the sentences that are scored each round
    corpora: Corpora
    model: Lazy[Model]
    data_loader: Lazy[DataLoader]
    validation_data_loader: Optional[Lazy[DataLoader]] = None  # given: inner rounds validate on dev after each epoch

    def __post_init__(self) -> None:
        self._evaluation_loaders: Dict[str, InMemoryLoader] = {}
        self._pool: Optional[Tuple[SentenceView, EncodedSentences]] = None  # at ascending positions

    @property
    def types(self) -> List[str]:
        """The entity types, sorted."""
        return entity_types(self.corpora.vocab.get_token_to_index_vocabulary("labels"))

    @property
    def tags(self) -> List[str]:
        """The tags in the order of their numbers."""
        names = self.corpora.vocab.get_index_to_token_vocabulary("labels")
        return [names[number] for number in range(len(names))]

    def new_model(self, seed: int, round_number: int) -> SequenceTagger:
        """
        A model with the pretrained weights and a head that follows from seed and round; a `ConfigurationError` when the
        encoder cannot be loaded, or the model is not a `sequence_tagger`.
        """
        reseed_globals(seed, round_number, "model")
        try:
            model = self.model.construct(vocab=self.corpora.vocab)
        except ConfigurationError:
            raise
        except Exception as error:  # whatever transformers and its parts raise for what holds no model, or a broken one
            what = "the encoder cannot be loaded" if isinstance(error, (OSError, ValueError)) else "it cannot be built"
            raise ConfigurationError(f"model: {what} ({first_line(error)})") from error
        if not isinstance(model, SequenceTagger):
            raise ConfigurationError(f"model: active learning needs a 'sequence_tagger', not a {type(model).__name__}")
        return model

    def new_oracle(self, oracle: Lazy[Oracle], sentences: SentenceSource) -> Oracle:
        """The oracle for these sentences; a `ConfigurationError` when it needs labels that the training file lacks."""
        made = oracle.construct(corpus=sentences)
        if made.needs_gold and self.corpora.untagged is not None:
            raise ConfigurationError(f"{self.corpora.untagged}, which trainer.oracle uncovers")
        made.check(sentences, self.corpora.vocab.get_token_to_index_vocabulary("labels"))
        return made

    def training_loader(
        self, sentences: Sequence[TrainingSentence], seed: int, pool: Optional[SoftSentences] = None, share: float = 0
    ) -> DataLoader:
        """
        Shuffled batches; their order follows from `seed`. Of sentences that take turns, each pass has one. With softly
        labelled sentences of the pool, these are a share of each batch.
        """
        groups = [(one,) if isinstance(one, TaggedSentence) else one for one in sentences]
        everything = [sentence for group in groups for sentence in group]
        if pool is None or len(pool) == 0:
            turns = [len(group) for group in groups]
            return self._loader(self.data_loader, self.reader, everything, shuffle=True, seed=seed, turns=turns)
        sizes = self._in_memory(self.data_loader, instances=[], shuffle=True).sizes
        labels = self.corpora.vocab.get_token_to_index_vocabulary("labels")
        labelled = SoftSentences.of(everything, self.reader, labels)
        assert labelled is not None  # as the pool is encoded
        return TwoStreamLoader(labelled, pool, share, sizes, seed)

    def validation_loader(self) -> Optional[InMemoryLoader]:
        """Batches of `dev` for the inner trainer, if the configuration asks for them."""
        if self.validation_data_loader is None:
            return None
        return self._evaluation_loader("validation", self.validation_data_loader, self.corpora.evaluation["dev"])

    def measure(self, model: SequenceTagger, device: torch.device) -> Dict[str, Dict[str, float]]:
        """The model's metrics by split, of dev and test in one pass: their sentences share batches of like length."""
        splits = self.corpora.evaluation
        owners = [(split, sentence) for split, sentences in splits.items() for sentence in sentences]
        loader = self._evaluation_loader("all", self.data_loader, [sentence for _, sentence in owners])
        return measured(model, loader, device, owners, f"scoring {' and '.join(splits)}")

    def f1_on(self, model: SequenceTagger, sentences: Sequence[TaggedSentence], device: torch.device) -> float:
        """The model's F1 on labelled sentences of the pool, from 0 to 1."""
        loader, owners = self._loader(self.data_loader, self.reader, sentences), [("", one) for one in sentences]
        return measured(model, loader, device, owners, "scoring the labelled set")[""]["f1"]

    def predict(
        self,
        models: Sequence[SequenceTagger],
        sentences: SentenceSource,
        device: torch.device,
        num_samples: int = 0,
        dtype: torch.dtype = torch.float32,
        seed: int = 0,
        with_vectors: bool = False,
        description: str = "scoring the pool",
    ) -> Iterator[ScoredBatch]:
        """
        The predictions of models for unlabelled sentences, batched by length: a batch is made once and given to all of
        them, and only the predictions of one batch are held. In a distributed run each process predicts its share.

        With `num_samples`, each model predicts so many times with its dropout on; the samples of a batch follow from
        `seed` and the batch's first sentence alone, whichever process takes it. `dtype` is the type in which matrices
        are multiplied. `with_vectors` adds the first model's vectors of the words, without dropout samples.
        """
        loader = self._pool_loader(sentences)
        loader.set_target_device(device)
        with ExitStack() as stack:
            seen = stack.enter_context(inputs_of(models[0].tag_projection)) if with_vectors else []
            for model in models:
                stack.enter_context(inference(model, dropout=num_samples > 0, dtype=dtype))
            for positions, batch in progress_bar(loader.positioned_batches(), desc=description, total=len(loader)):
                if len(positions) == 0:  # of this batch of instances other processes have all
                    continue
                if num_samples > 0:
                    reseed_globals(seed, 0, f"samples/{positions[0]}")
                seen.clear()
                scored = _scored(positions, [model(**batch) for model in models for _ in range(max(1, num_samples))])
                yield scored._replace(word_vectors=seen[0]) if with_vectors else scored

    def _pool_loader(self, sentences: SentenceSource) -> InMemoryLoader:
        """Batches of a pool, or of its rest."""
        encoded = None
        if not isinstance(sentences, list):  # a list: a few, such as the labelled
            encoded = self.encoded(sentences)
        if encoded is None:
            # With labels the model would compute a loss, in step with other processes, and count them in its metric.
            return self._loader(self.data_loader, self.reader, [sentence.without_labels() for sentence in sentences])
        return self._in_memory(self.data_loader, encoded=encoded)

    def encoded(self, sentences: SentenceSource) -> Optional[EncodedSentences]:
        """The words of a pool, or of its rest, which are encoded once; `None` where the reader has more than words."""
        view = sentences if isinstance(sentences, SentenceView) else SentenceView(sentences, np.arange(len(sentences)))
        known = None if self._pool is None else self._pool[0]
        if known is None or known.source is not view.source or not np.isin(view.positions, known.positions).all():
            known = SentenceView(view.source, np.sort(view.positions))
            encoded = self.reader.encode(progress_bar(known, desc="encoding the pool"))
            if encoded is None:
                return None
            self._pool = known, encoded
        assert self._pool is not None
        return self._pool[1].at(np.searchsorted(known.positions, view.positions))

    def _evaluation_loader(
        self, name: str, lazy: Lazy[DataLoader], sentences: Sequence[TaggedSentence]
    ) -> InMemoryLoader:
        """Batches of a split, indexed once a run."""
        if name not in self._evaluation_loaders:
            self._evaluation_loaders[name] = self._loader(lazy, self.evaluation_reader, sentences)
        return self._evaluation_loaders[name]

    def _loader(
        self,
        lazy: Lazy[DataLoader],
        reader: SentenceReader,
        sentences: Sequence[TaggedSentence],
        **order: Any,
    ) -> InMemoryLoader:
        instances = [reader.sentence_to_instance(sentence) for sentence in sentences]
        loader = self._in_memory(lazy, instances=instances, **order)
        loader.index_with(self.corpora.vocab)
        return loader

    @staticmethod
    def _in_memory(lazy: Lazy[DataLoader], **what: Any) -> InMemoryLoader:
        loader = lazy.construct(**what)
        assert isinstance(loader, InMemoryLoader)  # checked by TrainModel
        return loader


def _scored(positions: np.ndarray, outputs: List[Dict[str, Any]]) -> ScoredBatch:
    """The outputs of all models for a batch as one object."""
    path = None
    if outputs[0].get("path_log_probability") is not None:
        path = torch.stack([output["path_log_probability"] for output in outputs])
    return ScoredBatch(
        positions,
        torch.stack([output["tag_probabilities"] for output in outputs]),
        torch.stack([output["tag_ids"] for output in outputs]),
        outputs[0]["mask"],
        path,
    )
