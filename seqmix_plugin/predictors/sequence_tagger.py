"""The tagger's predictor."""

import math
from typing import Any, Dict, List, Optional

from allennlp.common.util import JsonDict, sanitize
from allennlp.data import DatasetReader, Instance, Tokenizer
from allennlp.data.tokenizers import WhitespaceTokenizer
from allennlp.models import Model
from allennlp.predictors import Predictor

from seqmix_plugin.data import SegmentationCheck
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.json_text import is_text
from seqmix_plugin.tag_schemes import tags_to_spans


@Predictor.register("sequence_tagger")
class SequenceTaggerPredictor(Predictor):
    """
    Tags sentences given as `{"tokens": ["Anna", "sings"]}` or as `{"sentence": "Anna sings"}`.

    Registered as a `Predictor` with name "sequence_tagger".

    # Parameters

    model : `Model`
        The tagger, a model of type `sequence_tagger`.
    dataset_reader : `DatasetReader`
        Dataset reader that the model was trained with.
    tokenizer : `Tokenizer`, optional (default = `None`)
        Tokenizer that splits `sentence` into words; by default that of the reader, such as `plain_text`, if it has one,
        and otherwise white space. The first sentence with words that do not suit its script gives a warning; see
        `SegmentationCheck`.
    """

    def __init__(self, model: Model, dataset_reader: DatasetReader, tokenizer: Optional[Tokenizer] = None) -> None:
        super().__init__(model, dataset_reader)
        self._tokenizer: Tokenizer = tokenizer or getattr(dataset_reader, "tokenizer", None) or WhitespaceTokenizer()
        self._warned = False

    def predict(self, sentence: str) -> JsonDict:
        """
        Tags a text.

        # Parameters

        sentence : `str`
            Text of one sentence.

        # Returns

        `JsonDict`
            The result of `predict_instance`.
        """
        return self.predict_json({"sentence": sentence})

    def _json_to_instance(self, json_dict: JsonDict) -> Instance:
        problem = input_problem(json_dict)
        tokens = None if problem else json_dict.get("tokens")
        if tokens is None and not problem:
            words = (token.ensure_text() for token in self._tokenizer.tokenize(json_dict["sentence"]))
            tokens = [word for word in words if word and not word.isspace()]  # as `plain_text` reads
            if not self._warned:
                segmentation = SegmentationCheck("predict")
                segmentation.add(tokens, quoted(json_dict["sentence"]))
                self._warned = segmentation.warn()
            problem = words_problem(tokens)  # of which there may be none
        if problem:
            raise ConfigurationError(f"input {json_dict!r}: {problem}")
        reader: Any = self._dataset_reader  # any whose `text_to_instance` is that of a SentenceReader
        return reader.text_to_instance(tokens, sentence_id=json_dict.get("id"))

    def predict_instance(self, instance: Instance) -> JsonDict:
        """
        Tags one instance of the reader.

        # Parameters

        instance : `Instance`
            A sentence as the reader makes it.

        # Returns

        `JsonDict`
            `words`; `tags`; `tag_probabilities`, the probability of each tag by its name for each word that was not
            cut; and `spans` with `start` and `end` in words (end exclusive), `label`, `text`, and `probability`, that
            of the span's least certain word. With a `crf` head also `path_probability`, the joint probability of the
            tags of all words that were not cut. Words cut at the reader's `max_length` are tagged O, and
            `num_cut_words` is their number.
        """
        return self._present(self._model.forward_on_instance(instance))

    def predict_batch_instance(self, instances: List[Instance]) -> List[JsonDict]:
        return [self._present(output) for output in self._model.forward_on_instances(instances)]

    def _present(self, output: Dict[str, Any]) -> JsonDict:
        names = self._model.vocab.get_index_to_token_vocabulary(str(self._model.label_namespace))
        rows = output["tag_probabilities"][output["mask"]].tolist()
        words, tags = output["words"], output["tags"]
        probabilities = [{names[i]: p for i, p in enumerate(row)} for row in rows]
        spans = []
        for span in tags_to_spans(tags, repair=True)[0]:
            certainty = min(probabilities[t][tags[t]] for t in range(span.start, span.end))
            place = {"start": span.start, "end": span.end, "label": span.label}
            spans.append({**place, "text": " ".join(words[span.start : span.end]), "probability": certainty})
        result = {"words": words, "tags": tags, "spans": spans, "tag_probabilities": probabilities}
        if len(rows) < len(words):
            result["num_cut_words"] = len(words) - len(rows)
        if "path_log_probability" in output:
            result["path_probability"] = math.exp(output["path_log_probability"])
        return sanitize({"id": output["id"], **result} if output.get("id") is not None else result)


def input_problem(given: Any) -> str:
    """What is wrong with an input that has no words to tag; empty for any other."""
    values = given if isinstance(given, dict) else {}
    tokens, text = values.get("tokens"), values.get("sentence")
    if tokens is None and isinstance(text, str):
        tokens = [text] if text.strip() else []
    return words_problem(tokens)


def words_problem(tokens: Any) -> str:
    """The same for the words of a sentence."""
    if not isinstance(tokens, list) or not tokens or not all(isinstance(word, str) and word for word in tokens):
        return "expected 'tokens', a list of words, or 'sentence', a text; neither empty"
    return "" if is_text(" ".join(tokens)) else "half of a surrogate pair"
