"""The model card of an exported tagger: `README.md` with the front matter that the Hugging Face hub reads."""

import json
import re
from pathlib import Path
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.errors import ConfigurationError, printable
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.reporting.formatting import counted, decimal
from seqmix_plugin.reporting.table import Table, as_markdown
from seqmix_plugin.run.layout import DATA_DIGESTS, STATE
from seqmix_plugin.run.method_name import method_name
from seqmix_plugin.run.reader import Run

CARD = "README.md"
EXAMPLE = "Anna Berg sings in Oslo"
PACKAGES = ("seqmix_plugin", "allennlp", "torch", "transformers")
TO_BE_CHOSEN = "license: unknown  # to be chosen: the licences of the data and of the base model decide"


class Publication(NamedTuple):
    """
    What only its author knows of a model.

    # Parameters

    license : `str`, optional (default = `None`)
        The licence, as the hub names it.
    language : `str`, optional (default = `None`)
        Codes of the languages, with commas between them.
    datasets : `str`, optional (default = `None`)
        Names of data sets on the hub, with commas between them.
    """

    license: Optional[str] = None
    language: Optional[str] = None
    datasets: Optional[str] = None

    def check(self) -> None:
        """Raises a `ConfigurationError` for a value that the hub does not take."""
        for key, value, pattern, expected in (
            ("license", self.license, r"[a-z0-9][a-z0-9.-]*", "a licence as the hub names it, such as apache-2.0"),
            ("language", self.language, r"[a-z]{2,3}(, ?[a-z]{2,3})*", "codes of languages, such as en or en,de"),
            ("datasets", self.datasets, r"[\w./-]+(, ?[\w./-]+)*", "names of data sets, such as eriktks/conll2003"),
        ):
            if value is not None and re.fullmatch(pattern, value) is None:
                raise ConfigurationError(f"--{key} is {value!r}; expected {expected}")


class Model(NamedTuple):
    """
    What is known of the exported model itself.

    # Parameters

    name : `str`
        Of the card.
    types : `Sequence[str]`
        Entity types.
    entities : `Sequence[Tuple[str, str]]`
        Type and text of each entity that the pipeline finds in `EXAMPLE`.
    words : `Tuple[int, int]`
        How many words the pipeline and the tagger tag in the same way, and of how many.
    max_length : `int`, optional (default = `None`)
        Word pieces of the longest input.
    """

    name: str
    types: Sequence[str]
    entities: Sequence[Tuple[str, str]]
    words: Tuple[int, int]
    max_length: Optional[int] = None


def model_card(model: Model, run: Optional[Run], publication: Publication) -> str:
    """
    The card as Markdown. It names no path of this machine and quotes nothing of the data.

    # Parameters

    model : `Model`
        The exported model.
    run : `Run`, optional
        The run that trained it, without which sizes, scores and training are left out.
    publication : `Publication`
        What its author says.

    # Returns

    `str`
    """
    parts = [_front_matter(run, publication), f"# {as_markdown(model.name)}\n", _about(model, run), _usage(model)]
    if run is not None:
        parts += [_data(run), _scores(run), _training(run)]
    return "\n".join([*parts, _limits(model, run)])


def _front_matter(run: Optional[Run], publication: Publication) -> str:
    base = _base_model(run)
    lines = [TO_BE_CHOSEN if publication.license is None else f"license: {publication.license}"]
    for key, value in (("language", publication.language), ("datasets", publication.datasets)):
        lines += [f"{key}:", *(f"- {json.dumps(one.strip())}" for one in value.split(","))] if value else []
    lines += ["library_name: transformers", "pipeline_tag: token-classification", "tags:"]
    lines += ["- token-classification", "- active-learning", "- seqmix", "metrics:", "- precision", "- recall", "- f1"]
    is_on_hub = re.fullmatch(r"[\w.-]+(/[\w.-]+)?", base) and not _was_folder(run, base)
    lines.append(
        f"base_model: {json.dumps(base)}" if is_on_hub else "# base_model: to be filled in, as it was a folder"
    )
    return "\n".join(["---", *lines, "---", ""])


def _base_model(run: Optional[Run]) -> str:
    """The encoder's name, or the folder that it was in."""
    blocks: List[Any] = [{} if run is None else run.configuration.get("model", {})]
    for block in blocks:
        if isinstance(block, dict):
            if isinstance(block.get("model_name"), str):
                return str(block["model_name"])
            blocks += block.values()
    return ""


def _was_folder(run: Optional[Run], base: str) -> bool:
    """Whether the encoder was read from a folder: one that is here, or of which the run has noted a digest."""
    noted = Path() if run is None else run.path / STATE / DATA_DIGESTS
    keys = read_object(noted) if noted.is_file() else {}
    return Path(base).exists() or any(key.startswith("model.") for key in keys)


def _about(model: Model, run: Optional[Run]) -> str:
    types = ", ".join(map(as_markdown, model.types))
    of = Path(_base_model(run)).name
    encoder = f", a fine-tuned {as_markdown(of)}" if of else ""
    return (
        f"A token classifier for {counted(len(model.types), 'entity type')}: {types}{encoder}. It was trained by "
        "active learning with seqmix_plugin, an implementation of [SeqMix](https://aclanthology.org/2020.emnlp-main.691/).\n"
    )


def _usage(model: Model) -> str:
    equal, words = model.words
    return f"""\
## Use

```python
from transformers import pipeline

tagger = pipeline("token-classification", model=".", aggregation_strategy="first")  # "." is this folder
print([(entity["entity_group"], entity["word"]) for entity in tagger("{EXAMPLE}")])
# {list(model.entities)}
```

At export, this pipeline gave {equal:,} of {words:,} words the tags that the trained tagger gives them. It divides text
into words on its own; where it parts a word, such as one with a hyphen, its tags can differ.
"""


def _data(run: Run) -> str:
    last = run.rounds[-1]
    annotated = last["annotated"]
    text = ", ".join(f"{annotated[name]:,} {name}" for name in ("sentences", "tokens", "entities"))
    generated = last["synthetic_in_training"]
    more = f" Beside them, {counted(generated, 'generated sentence')} were in the training data." if generated else ""
    return f"## Training data\n\n{text[0].upper()}{text[1:]} with labels.{more}\n"


def _scores(run: Run) -> str:
    rows = []
    for split, scores in run.rounds[-1]["scores"].items():
        for kind in dict.fromkeys(name.rpartition("/")[0] for name in scores):
            names = [f"{kind}/{name}" if kind else name for name in ("precision", "recall", "f1")]
            values = [decimal(100 * scores[name]) if name in scores else "" for name in names]
            rows.append([split, kind or "all types", *values])
    if not rows:
        return "## Scores\n\nNot measured: there was no dev and no test file.\n"
    table = Table("", ["split", "type", "precision", "recall", "F1"], rows).markdown()
    return f"## Scores\n\nOf entities, with exact matches of span and type, in percent.\n\n{table}"


def _training(run: Run) -> str:
    method = method_name(run.configuration)
    by_round = ", ".join(f"{row['annotated']['sentences']:,}" for row in run.rounds)
    versions = run.environment.get("versions")
    known = versions if isinstance(versions, dict) else {}
    facts = {
        "query policy and augmentation": method or "not kept",
        "rounds after round 0": str(len(run.rounds) - 1) + ("" if run.finished else f" of {run.num_rounds}"),
        "labelled sentences after each round": by_round,
        "optimizer steps of the last round": run.rounds[-1].get("steps"),
        "seed": run.seed,
        "versions": ", ".join(f"{name} {known[name]}" for name in PACKAGES if known.get(name)) or "not kept",
    }
    lines = [f"- {name}: {as_markdown(printable(str(value)))}" for name, value in facts.items() if value is not None]
    return "\n".join(["## Training\n", *lines, ""])


def _limits(model: Model, run: Optional[Run]) -> str:
    lines = [
        "It finds the entity types above only, and was trained on one kind of text; try it before using it on another.",
    ]
    if run is not None and not method_name(run.configuration).startswith("random sampling"):
        lines.append("The query policy chose the sentences that were labelled: they are no random sample of the text.")
    if model.max_length is not None:
        lines.append(f"Input is cut after {model.max_length:,} word pieces.")
    if run is None or not run.rounds[-1]["scores"]:
        lines.append("How well it finds entities is not known.")
    else:
        lines.append("Its scores are of one run with one seed; other seeds give others.")
    return "\n".join(["## Limits\n", *(f"- {line}" for line in lines), ""])
