"""
What each query policy takes, and how far its choice differs from the pool in length: the sentences that a trained model
would query of a labelled corpus, for each score as it is and with the length taken out in several ways.

    python -m scripts.length_bias runs/conll --corpus eng.train --policies lc mnlp --sizes 50 --output length_bias
"""

import argparse
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence

import numpy as np
import torch
from _jsonnet import evaluate_file
from allennlp.common import Lazy, Params
from scipy.stats import spearmanr

from seqmix_plugin.active_learning.corpora import Corpora
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.archives import load_tagger
from seqmix_plugin.data import InMemoryLoader, SentenceView
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.query_policies import QueryContext, QueryPolicy, ScoredBatch
from seqmix_plugin.reporting.formatting import decimal
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans

POLICIES = Path(__file__).parent.parent / "training_configs" / "lib" / "query_policies.libsonnet"
WAYS: Dict[str, Dict[str, Any]] = {
    "score alone": {},
    "5 strata": {"type": "stratified"},
    "rank among 101 nearest": {"type": "length_ranked"},
    "residual": {"type": "length_regressed", "standardized": False},
    "standardized residual": {"type": "length_regressed"},
}
COLUMNS = {
    "words": "words a sentence",
    "correlation": "rank correlation with length",
    "entities": "entities a sentence",
    "density": "entities in 100 words",
    "with_entities": "% with entities",
    "types": "distinct words",
}
DRAWS = 50
"""Random queries over which the row of the pool is averaged."""
Row = Dict[str, Any]


def described(chosen: Sequence[TaggedSentence]) -> Dict[str, float]:
    """What a query consists of."""
    words = sum(len(sentence) for sentence in chosen)
    entities = [len(tags_to_spans(sentence.tags or ())[0]) for sentence in chosen]
    return {
        "words": words / len(chosen),
        "entities": sum(entities) / len(chosen),
        "density": 100 * sum(entities) / words,
        "with_entities": 100 * sum(count > 0 for count in entities) / len(chosen),
        "types": float(len({word for sentence in chosen for word in sentence.tokens})),
    }


class Trial:
    """
    A model and candidates that it scores once for all policies that need the same predictions.

    # Parameters

    source : `str`
        The run's folder or its `model.tar.gz`, with which it is not known what the run has labelled.
    corpus : `str`
        A labelled file in the format of the run's training file. Sentences that the run has labelled are left out.
    number : `int`
        How many candidates are drawn.
    seed : `int`
        Of this draw, of the dropout and of ties.
    """

    def __init__(self, source: str, corpus: str, number: int, seed: int) -> None:
        self.model, reader = load_tagger(source)
        sentences: SentenceSource = reader.read_sentences(corpus)
        known = _labelled(Path(source))
        left = np.array([place for place, sentence in enumerate(sentences) if sentence.id not in known])
        rng = np.random.default_rng(seed)
        self.places = np.sort(rng.choice(left, min(number, len(left)), replace=False))
        self.sentences = [sentences[int(place)] for place in self.places]
        self.lengths = np.array([len(sentence) for sentence in self.sentences])
        self.hidden = SentenceView(sentences, self.places, hide_labels=True)
        labels = self.model.vocab.get_index_to_token_vocabulary("labels")
        self.tags = [labels[index] for index in range(len(labels))]
        self.labelled = [sentence for sentence in sentences if sentence.id in known]
        parts = Corpora(sentences, self.model.vocab, {})
        self.experiment = Experiment(reader, reader, parts, Lazy(SequenceTagger), Lazy(InMemoryLoader))
        self.seed = seed
        self._predicted: Dict[int, List[ScoredBatch]] = {}

    def rows(self, name: str, configuration: Dict[str, Any], sizes: Sequence[int]) -> Iterator[Row]:
        """A row per way to take the length out and size of a query."""
        for way, wrapper in WAYS.items():
            wrapped = {**wrapper, "policy": configuration} if wrapper else configuration
            policy = QueryPolicy.from_params(Params(json.loads(json.dumps(wrapped))))
            order = self.order(policy, len(self.sentences))
            correlation = spearmanr(-np.arange(len(order)), self.lengths[order]).statistic
            for size in sizes:
                chosen = described([self.sentences[place] for place in self.order(policy, size)])
                yield {"policy": name, "way": way, "size": size, **chosen, "correlation": float(correlation)}

    def order(self, policy: QueryPolicy, size: int) -> List[int]:
        """The candidates that a policy queries, the first to be taken first."""
        context = QueryContext(self.labelled, self.tags, self.lengths)
        rng = np.random.default_rng(self.seed)
        queries = policy.select(self.hidden, size, lambda _: self._batches(policy.num_samples), rng, context)
        return [query.position for query in queries]

    def pool(self, sizes: Sequence[int]) -> Iterator[Row]:
        """A row per size of a query: the mean of random ones."""
        rng = np.random.default_rng(self.seed)
        for size in sizes:
            drawn = [rng.choice(len(self.sentences), size, replace=False) for _ in range(DRAWS)]
            found = [described([self.sentences[place] for place in places]) for places in drawn]
            means = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
            yield {"policy": "random", "way": "", "size": size, **means, "correlation": 0.0}

    def _batches(self, num_samples: int) -> List[ScoredBatch]:
        if num_samples not in self._predicted:
            device = torch.device("cpu")
            found = self.experiment.predict([self.model], self.hidden, device, num_samples, seed=self.seed)
            self._predicted[num_samples] = list(found)
        return self._predicted[num_samples]


def _labelled(run: Path) -> Dict[str, None]:
    """Ids of what a run has labelled, if its folder is there."""
    path = run / "annotated.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return dict.fromkeys(json.loads(line)["id"] for line in lines)


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| policy | length taken out by | queried | " + " | ".join(COLUMNS.values()) + " |"]
    lines.append("|---|---|" + "--:|" * (len(COLUMNS) + 1))
    for row in rows:
        values = [decimal(row[name], 2 if name == "correlation" else 1) for name in COLUMNS]
        lines.append(f"| {row['policy']} | {row['way']} | {row['size']} | " + " | ".join(values) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="a run's folder, whose labelled sentences are left out, or its model.tar.gz")
    parser.add_argument("--corpus", required=True, help="a labelled file, read as the run's training file was")
    parser.add_argument("--candidates", type=int, default=4000, help="sentences of the file that are scored")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50], help="sentences of a query")
    parser.add_argument(
        "--policies",
        nargs="+",
        default=["lc", "nte", "mnlp", "margin", "bald"],
        help="names in training_configs/lib/query_policies.libsonnet of policies of one model that score sentences",
    )
    parser.add_argument("--seed", type=int, default=1, help="draws the candidates and breaks ties")
    parser.add_argument("--output", type=Path, help="writes OUTPUT.md and OUTPUT.json")
    args = parser.parse_args()
    configurations = json.loads(evaluate_file(str(POLICIES)))
    trial = Trial(args.run, args.corpus, args.candidates, args.seed)
    rows = list(trial.pool(args.sizes))
    for name in args.policies:
        rows += trial.rows(name, configurations[name], args.sizes)
    print(table(rows), end="")
    if args.output is not None:
        write_text(args.output.with_suffix(".md"), table(rows))
        write_text(args.output.with_suffix(".json"), json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
