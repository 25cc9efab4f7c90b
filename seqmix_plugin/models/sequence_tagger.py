"""The tagger: an encoder, dropout, one linear layer and a head."""

import os
from typing import Any, Dict, List, Optional, Union

import torch
from allennlp.common import Lazy, Params
from allennlp.common.util import is_distributed
from allennlp.data import TextFieldTensors, Vocabulary
from allennlp.models import Model
from allennlp.modules import TextFieldEmbedder
from allennlp.nn import InitializerApplicator
from allennlp.nn.util import get_text_field_mask
from transformers import PreTrainedModel

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import at_least_float32, smoothed
from seqmix_plugin.metrics import EntityF1
from seqmix_plugin.models.heads import SoftmaxHead, TaggingHead
from seqmix_plugin.models.hidden_mixing import HiddenMixing
from seqmix_plugin.models.inference import never_compile
from seqmix_plugin.parameter_checks import between
from seqmix_plugin.run.layout import ENCODER


@Model.register("sequence_tagger")
class SequenceTagger(Model):
    """
    Tags each word from its vector by dropout, one linear layer and a head: a softmax, as in the paper's appendix C.2,
    or a conditional random field. The training target of each word is a distribution over tags; the loss is averaged
    over the words of the batch, in a distributed run over those of all processes.

    The encoder's pooler, if there is one, is removed: it gets no gradient, which distributed training does not allow.
    ModernBERT does not compile itself, whatever its `reference_compile` is.

    Registered as a `Model` with name "sequence_tagger".

    # Parameters

    vocab : `Vocabulary`
        Vocabulary with the tags, given by AllenNLP and not a key.
    text_field_embedder : `TextFieldEmbedder`
        Embedder that gives one vector for each word.
    dropout : `float`, optional (default = `0.1`)
        Dropout probability of the word vectors, at least 0 and below 1.
    head : `Lazy[TaggingHead]`, optional (default = `Lazy(SoftmaxHead)`)
        Head that computes the loss and the predicted tags from the logits.
    label_namespace : `str`, optional (default = `"labels"`)
        Namespace of the tags in the vocabulary.
    label_smoothing : `float`, optional (default = `0.0`)
        Weight ε of the uniform distribution over all tags in the targets of training, from 0 to 1: the rest is left to
        the labels, gold or soft. It works with every head. The loss outside training is that of the labels.
    hidden_mixing : `HiddenMixing`, optional (default = `None`)
        Mixes the word vectors of each batch, and their labels, in training; by default nothing is mixed. Not in the
        paper.
    initializer : `InitializerApplicator`, optional (default = `InitializerApplicator()`)
        Initializer of the weights, as in every model of AllenNLP.

    # Raises

    `ConfigurationError`
        When the vocabulary has no tags, or the head does not accept them.
    """

    default_predictor = "sequence_tagger"

    def __init__(
        self,
        vocab: Vocabulary,
        text_field_embedder: TextFieldEmbedder,
        dropout: float = 0.1,
        head: Lazy[TaggingHead] = Lazy(SoftmaxHead),
        label_namespace: str = "labels",
        label_smoothing: float = 0.0,
        hidden_mixing: Optional[HiddenMixing] = None,
        initializer: InitializerApplicator = InitializerApplicator(),
    ) -> None:
        super().__init__(vocab)
        num_tags = vocab.get_vocab_size(label_namespace)
        if num_tags == 0:
            raise ConfigurationError(f"the vocabulary has no labels in its namespace {label_namespace!r}")
        if not 0 <= dropout < 1:
            raise ConfigurationError(f"model.dropout is {dropout}; expected a number in [0, 1)")
        self.text_field_embedder = text_field_embedder
        self.dropout = torch.nn.Dropout(dropout)
        self.tag_projection = torch.nn.Linear(text_field_embedder.get_output_dim(), num_tags)
        names = vocab.get_index_to_token_vocabulary(label_namespace)
        labels = [names[index] for index in range(num_tags)]
        self.head = head.construct(labels=labels)
        if self.head.labels != labels:  # AllenNLP prefers a configured key.
            raise ConfigurationError("model.head.labels cannot be configured: it has the labels of the vocabulary")
        self.label_namespace = label_namespace
        self.hidden_mixing = hidden_mixing
        self.label_smoothing = between("model.label_smoothing", label_smoothing, 0, 1)
        self._entity_f1 = EntityF1()
        if self.encoder is not None:
            if getattr(self.encoder, "pooler", None) is not None:
                self.encoder.pooler = None
            never_compile(self.encoder)
        initializer(self)

    @property
    def encoder(self) -> Optional[PreTrainedModel]:
        """The transformer inside the embedder, if there is one."""
        return next((m for m in self.text_field_embedder.modules() if isinstance(m, PreTrainedModel)), None)

    def forward(  # type: ignore[override]
        self,
        tokens: TextFieldTensors,
        tag_distributions: Optional[torch.Tensor] = None,
        metadata: Optional[List[Dict[str, Any]]] = None,
    ) -> Dict[str, Any]:
        """
        In training mode a batch with labels gives only its loss, as predictions would cost time. A batch without labels
        gives predictions in both modes; in training mode they are dropout samples.

        # Parameters

        tokens : `TextFieldTensors`
            Indexed words.
        tag_distributions : `torch.Tensor`, optional (default = `None`)
            Gold or mixed labels of the words. Shape: `(batch_size, num_tokens, num_tags)`
        metadata : `List[Dict[str, Any]]`, optional (default = `None`)
            The `id`, `words` and, if known, gold `tags` of each sentence; outside training the metric is computed on
            them.

        # Returns

        `Dict[str, Any]`
            `mask` of shape `(batch_size, num_tokens)`; `loss`, a scalar, when there are labels; `metadata` as given.
            Unless in training mode with labels also a `TagPrediction`'s `tag_probabilities` of shape
            `(batch_size, num_tokens, num_tags)`, `tag_ids` of shape `(batch_size, num_tokens)` and, with a head that
            gives it, `path_log_probability` of shape `(batch_size,)`.
        """
        mask = get_text_field_mask(tokens)  # Shape: (batch_size, num_tokens)
        if mask.size(1) == 0:  # All words were cut: the first alone is longer than the encoder's input.
            vectors = self.tag_projection.weight.new_zeros(*mask.shape, self.tag_projection.in_features)
            if self.training and is_distributed():  # where every weight must have a gradient, if only 0
                vectors = vectors + 0 * sum(weight.sum() for weight in self.text_field_embedder.parameters())
        else:
            vectors = self.dropout(self.text_field_embedder(tokens))  # Shape: (batch_size, num_tokens, dimension)
        if self.training and self.hidden_mixing is not None and tag_distributions is not None:
            vectors, tag_distributions = self.hidden_mixing(vectors, tag_distributions, mask)
        logits = at_least_float32(self.tag_projection(vectors))  # Shape: (batch_size, num_tokens, num_tags)
        output: Dict[str, Any] = {"mask": mask}
        if tag_distributions is not None:
            if self.training and self.label_smoothing > 0:
                tag_distributions = smoothed(tag_distributions, self.label_smoothing)
            loss = self.head.loss(logits, tag_distributions, mask)
            output["loss"] = loss * _weight_of_share(mask).to(loss.dtype) if is_distributed() else loss
        if tag_distributions is None or not self.training:
            prediction = self.head.predict(logits, mask)._asdict()
            output.update((key, value) for key, value in prediction.items() if value is not None)
        if metadata is not None:
            output["metadata"] = metadata
            gold = [sentence.get("tags") for sentence in metadata]
            # Training needs no scores, and they would cost a transfer from the device a step.
            if not self.training and gold and all(tags is not None for tags in gold):
                self._entity_f1(self.decode(output["tag_ids"], mask), gold)  # type: ignore[arg-type]
        return output

    def decode(self, tag_ids: torch.Tensor, mask: torch.Tensor) -> List[List[str]]:
        """
        Converts tag indices to names.

        # Parameters

        tag_ids : `torch.LongTensor`
            Index of each word's tag. Shape: `(batch_size, num_tokens)`
        mask : `torch.BoolTensor`
            True for real words. Shape: `(batch_size, num_tokens)`

        # Returns

        `List[List[str]]`
            The tags of each sentence, without padding.
        """
        names = self.head.labels
        rows = torch.cat((mask.sum(-1, keepdim=True), tag_ids), dim=-1).tolist()  # one transfer from the device
        return [[names[i] for i in row[:length]] for length, *row in rows]

    def make_output_human_readable(self, output_dict: Dict[str, Any]) -> Dict[str, Any]:
        """Adds the `tags` of all `words`; words cut at the reader's `max_length` are tagged O."""
        tags = self.decode(output_dict["tag_ids"], output_dict["mask"])
        if "metadata" in output_dict:
            metadata = output_dict.pop("metadata")
            output_dict["words"] = [sentence["words"] for sentence in metadata]
            output_dict["id"] = [sentence.get("id") for sentence in metadata]
            tags = [
                row + ["O"] * (len(words) - len(row)) for row, words in zip(tags, output_dict["words"], strict=True)
            ]
        output_dict["tags"] = tags
        return output_dict

    def get_metrics(self, reset: bool = False) -> Dict[str, float]:
        """Entity scores of the batches outside training since the last reset; empty in training mode."""
        return {} if self.training else self._entity_f1.get_metric(reset)

    @classmethod
    def _load(cls, config: Params, serialization_dir: Union[str, os.PathLike], *args: Any, **settings: Any) -> Model:
        # The archive has the weights. If it also carries the encoder's configuration and tokenizer, they are used, so
        # that it can be loaded without the hub or the folders of the training machine.
        carried = os.path.join(serialization_dir, ENCODER)
        if os.path.isdir(carried):
            for block in _transformer_blocks(config["model"].params):
                block["model_name"] = carried
                block["load_weights"] = False
        return super()._load(config, serialization_dir, *args, **settings)


def _weight_of_share(mask: torch.Tensor) -> torch.Tensor:
    """
    The weight of a process's mean loss, `num_words * world_size / global_num_words`, with which the average over all
    processes is the mean over all words of the global batch. A scalar.
    """
    num_words = mask.sum().double()
    total = num_words.clone()
    torch.distributed.all_reduce(total)
    return num_words * torch.distributed.get_world_size() / total.clamp(min=1)


def _transformer_blocks(block: Any) -> List[Dict[str, Any]]:
    """All blocks of a configuration that embed with a pretrained transformer."""
    if isinstance(block, list):
        return [found for value in block for found in _transformer_blocks(value)]
    if not isinstance(block, dict):
        return []
    own = [block] if "model_name" in block and str(block.get("type")).startswith("pretrained_transformer") else []
    return own + [found for value in block.values() for found in _transformer_blocks(value)]
