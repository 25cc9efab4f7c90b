"""
Sentences that SeqMix generates, in the form of the paper and in the repaired one, from the same pairs of windows of the
shipped corpus: `docs/generated_sentences.md`.

    python -m scripts.generated_sentences docs/generated_sentences.md
"""

import argparse
import json
import tempfile
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np
from _jsonnet import evaluate_snippet
from allennlp.common import Lazy, Params
from allennlp.data import DatasetReader, Vocabulary
from allennlp.models import Model

from seqmix_plugin.active_learning.corpora import Corpora, with_labels
from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.file_labels import labels_of
from seqmix_plugin.augmenters import AugmentationContext, Augmenter
from seqmix_plugin.augmenters.pairing import Pairing, WindowPair
from seqmix_plugin.augmenters.selection import word_counts
from seqmix_plugin.augmenters.seqmix import SeqMixAugmenter
from seqmix_plugin.data import InMemoryLoader, SentenceReader
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.reporting.formatting import decimal
from seqmix_plugin.reporting.table import as_markdown
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence

ROOT = Path(__file__).parent.parent
LADDER = "(import 'training_configs/lib/augmentation_ladder.libsonnet')('quickstart', {size}, '{form}')"
FORMS = {"paper": "the paper's form", "repaired": "the repaired form"}
"""By their names in the ladder."""
SIZE, NUM_PAIRS, NUM_EXAMPLES, SEED = 100, 64, 12, 1
"""Labelled sentences, pairs, how many of them are shown, and the seed of everything that is drawn."""
Settings = Dict[str, Any]
INTRODUCTION = """\
# Generated sentences

What SeqMix makes of the same pairs of windows in two forms: that of the paper, and the repaired one of the
[augmentation ladder](../training_configs/README.md) (`lib/augmentation_ladder.libsonnet`). Both take {size} labelled
sentences of the corpus that the repository ships, the words and embeddings of MiniLM before any training, and the
perplexities of SmolLM2-135M. The first {shown} of {pairs} pairs are shown, not a selection.
`python -m scripts.generated_sentences docs/generated_sentences.md` writes this page.

| | the paper's form | the repaired form |
|---|---|---|
| windows | five words, of which at least three have a label other than O | the same, and no window cuts an entity |
| nearest word | Euclidean distance in the vocabulary | CSLS, with the norm of the mixed vector restored |
| weight | one λ, the same window in both sentences | the larger of λ and 1 − λ for the sentence with the frame |
| accepted | perplexity of the sentence up to 500 | the half with the lower perplexity of the window |

## How many words they generate
"""
EXPLAINED = """\
*Judged in turn* are all sentences up to the last that was wanted. *The same* pairs are those that the repaired form
draws, also below; with *its own* each form draws its pairs as in a run, until there are as many accepted sentences as
labelled ones. The right column is the share of the ten most frequent words among those generated.

## Side by side

Windows are bold. A child keeps the words of the first parent but for the window. Below a word are its labels, unless it
is O alone. The perplexity is the one by which a form judges: that of the sentence, or that of the window.
"""


class Example(NamedTuple):
    """A pair of windows, its parents, and the child of each form that keeps the words of the first parent."""

    parents: Tuple[TaggedSentence, TaggedSentence]
    windows: Tuple[Tuple[int, int], Tuple[int, int]]
    children: Dict[str, SyntheticSentence]


class FixedPairs(Pairing):
    """Pairs that were drawn before."""

    def __init__(self, given: Sequence[WindowPair]) -> None:
        self.given = given

    def of_round(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Iterator[WindowPair]:
        return iter(self.given)

    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[WindowPair]:
        return iter(self.given)


def ladder(form: str, size: int = SIZE) -> Settings:
    """The configuration of a form on the shipped corpus."""
    text = evaluate_snippet(str(ROOT / "snippet.jsonnet"), LADDER.format(size=size, form=form))
    settings: Settings = json.loads(text)
    return settings


class Trial:
    """
    Forms of SeqMix on the same labelled sentences, with an encoder that is not trained yet.

    # Parameters

    settings : `Dict[str, Settings]`
        The configuration of each form; reader and model are those of the first.
    size : `int`
        How many sentences are labelled.
    folder : `Path`
        For what is fitted.
    """

    def __init__(self, settings: Dict[str, Settings], size: int, folder: Path) -> None:
        first = next(iter(settings.values()))
        reader = DatasetReader.from_params(Params(first["dataset_reader"]))
        assert isinstance(reader, SentenceReader)
        pool = reader.read_sentences(str(ROOT / first["train_data_path"]))
        places = np.random.default_rng(SEED).choice(len(pool), size, replace=False)
        self.labelled = [pool[int(place)] for place in places]
        corpora = Corpora(pool, with_labels(Vocabulary.empty(), {"": labels_of(pool)}), {})
        model = Lazy(Model, Params(first["model"]))
        tagger = Experiment(reader, reader, corpora, model, Lazy(InMemoryLoader)).new_model(SEED, 0)
        assert isinstance(tagger, SequenceTagger)
        self.context = AugmentationContext(tagger, reader, pool, [], folder, SEED, 0, model_is_trained=False)
        self.settings = settings

    def augmenter(self, form: str) -> SeqMixAugmenter:
        augmenter = Augmenter.from_params(
            Params(deepcopy(self.settings[form]["trainer"]["augmenter"]))
        )  # it is used up
        assert isinstance(augmenter, SeqMixAugmenter)
        return augmenter

    def of_pairs(self, pairs: Sequence[WindowPair]) -> Dict[str, List[SyntheticSentence]]:
        """What each form generates from these pairs; λ of a pair is the same in all of them."""
        generated = {}
        for form in self.settings:
            augmenter = self.augmenter(form)
            augmenter.pairing, augmenter.rate = FixedPairs(pairs), 2 * len(pairs) / len(self.labelled)
            generated[form] = augmenter.augment(self.labelled, self.context).generated
        return generated

    def of_round(self, form: str) -> List[SyntheticSentence]:
        """What a form generates in a round, from pairs that it draws itself."""
        return self.augmenter(form).augment(self.labelled, self.context).generated

    def shared_pairs(self, number: int) -> List[WindowPair]:
        """The first pairs that the last form draws."""
        last = self.augmenter(list(self.settings)[-1])
        return list(islice(last.pairing.of_round(self.labelled, self.context), number))

    def examples(
        self, pairs: Sequence[WindowPair], generated: Dict[str, List[SyntheticSentence]], number: int
    ) -> List[Example]:
        """Of the first pairs, the children that keep the words of the first parent."""
        found = []
        for place, pair in enumerate(pairs[:number]):
            parents = self.labelled[pair.first], self.labelled[pair.second]
            first, second = ((start, start + pair.length) for start in (pair.first_start, pair.second_start))
            children = {form: sentences[2 * place] for form, sentences in generated.items()}
            found.append(Example(parents, (first, second), children))
        return found


def shown(sentence: TaggedSentence, window: Tuple[int, int]) -> str:
    """A sentence in Markdown, its window in bold, with the labels of each word but O below it."""
    words = []
    for place, (word, shares) in enumerate(zip(sentence.tokens, sentence.distributions() or (), strict=True)):
        text = as_markdown(word)
        text = f"**{text}**" if window[0] <= place < window[1] else text
        ordered = sorted(shares.items(), key=lambda share: -share[1])
        labels = [tag if share == 1 else f"{tag} {100 * share:.0f} %" for tag, share in ordered]
        words.append(text if labels == ["O"] else f"{text}<sub>{', '.join(labels)}</sub>")
    return " ".join(words)


def example_text(number: int, example: Example) -> str:
    """The parents, and the children side by side."""
    parents = zip(("First", "Second"), example.parents, example.windows, strict=True)
    lines = [f"### {number}\n", *(f"- {name} parent: {shown(one, window)}" for name, one, window in parents)]
    forms = list(example.children)
    lines += ["", f"| {' | '.join(FORMS[form] for form in forms)} |", f"|{'---|' * len(forms)}"]
    children = list(example.children.values())
    lines.append(f"| {' | '.join(shown(child.sentence, child.window) for child in children)} |")
    verdicts = []
    for child in children:
        score = "" if child.score is None else f", perplexity {decimal(child.score, 0)}"
        verdicts.append(f"λ = {child.lam or 0:.2f}{score}: {'accepted' if child.accepted else 'refused'}")
    return "\n".join([*lines, f"| {' | '.join(verdicts)} |", ""])


def counts_text(generated: Dict[Tuple[str, str], List[SyntheticSentence]]) -> str:
    """How many sentences and different words there are, for each form and each set of pairs."""
    lines = ["| form | pairs | judged in turn | accepted | generated words | different words | ten most frequent |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|")
    for (form, pairs), sentences in generated.items():
        words, accepted = word_counts(sentences), sum(child.accepted for child in sentences)
        counted = [len(sentences), accepted, words["generated_tokens"], words["distinct_tokens"]]
        cells = [*(f"{count:,.0f}" for count in counted), f"{100 * words['ten_most_frequent']:.0f} %"]
        lines.append(f"| {FORMS[form]} | {pairs} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def page(trial: Trial, num_pairs: int = NUM_PAIRS, num_examples: int = NUM_EXAMPLES) -> str:
    """The page in Markdown."""
    pairs = trial.shared_pairs(num_pairs)
    of_pairs = trial.of_pairs(pairs)
    counted = {(form, "the same"): sentences for form, sentences in of_pairs.items()}
    counted |= {(form, "its own, of a round"): trial.of_round(form) for form in trial.settings}
    examples = trial.examples(pairs, of_pairs, num_examples)
    texts = [example_text(number, example) for number, example in enumerate(examples, start=1)]
    about = INTRODUCTION.format(size=len(trial.labelled), shown=len(examples), pairs=len(pairs))
    return "\n".join([about, counts_text(counted), EXPLAINED, *texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", help="the file to write")
    output = Path(parser.parse_args().output)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial({form: ladder(form) for form in FORMS}, SIZE, Path(folder))
        write_text(output, page(trial))


if __name__ == "__main__":
    main()
