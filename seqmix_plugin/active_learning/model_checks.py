"""Whether reader, indexer and model of a run fit together."""

from allennlp.data import Batch, DatasetReader

from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.models.input_length import max_input_length
from seqmix_plugin.sentence import TaggedSentence


def sentence_reader(reader: DatasetReader) -> SentenceReader:
    """The reader itself; raises a `ConfigurationError` unless active learning can work with it."""
    if not isinstance(reader, SentenceReader) or reader.word_pieces is None:
        raise ConfigurationError(
            "dataset_reader: active learning needs a reader of sentences, such as 'conll_columns', with a token "
            "indexer of type 'word_piece'"
        )
    if reader.max_instances is not None:
        raise ConfigurationError("dataset_reader.max_instances has no effect in active learning; set trainer.pool.size")
    return reader


def check_model(model: SequenceTagger, reader: SentenceReader, sentence: TaggedSentence) -> None:
    """
    Raises a `ConfigurationError` unless indexer and embedder mean the same encoder, the reader makes inputs that it can
    take, and the model can tag what the reader makes of a sentence, which is tried.
    """
    if model.encoder is not None and reader.word_pieces is not None:
        indexed, embedded = reader.word_pieces.model_name, model.encoder.config._name_or_path
        if embedded and indexed != embedded:
            raise ConfigurationError(
                f"dataset_reader.token_indexers name the encoder {indexed!r}, but the model's embedder {embedded!r}"
            )
        check_pieces(model, reader)
        longest = max_input_length(model.encoder, reader.word_pieces.tokenizer)
        if longest is not None and (reader.max_length is None or reader.max_length > longest):
            raise ConfigurationError(
                f"dataset_reader.max_length is {reader.max_length}; the encoder takes {longest} word pieces at most"
            )
    batch = Batch([reader.sentence_to_instance(sentence.without_labels())])
    batch.index_instances(model.vocab)
    try:
        with inference(model):
            model(**batch.as_tensor_dict())
    except Exception as error:  # of whatever code the embedder is made of
        raise ConfigurationError(
            f"model: it cannot tag what dataset_reader makes of sentence {sentence.id!r} ({first_line(error)})"
        ) from error


def check_pieces(model: SequenceTagger, reader: SentenceReader) -> None:
    """Raises a `ConfigurationError` when the indexer may give pieces that the encoder does not have."""
    if model.encoder is None or reader.word_pieces is None:
        return
    name, num_rows = reader.word_pieces.model_name, model.encoder.get_input_embeddings().weight.size(0)
    largest = max(reader.word_pieces.tokenizer.get_vocab().values())
    if largest >= num_rows:
        raise ConfigurationError(
            f"dataset_reader.token_indexers: the tokenizer of {name!r} has a word piece {largest}, but the encoder's "
            f"last is {num_rows - 1}; expected the tokenizer_kwargs of the model's embedder, and files of one encoder"
        )
