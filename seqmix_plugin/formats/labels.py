"""The entity types of a project."""

from pathlib import Path
from typing import Iterable, List, Sequence, Set

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import read_bytes
from seqmix_plugin.tag_schemes import is_type_name

RUN_LABELS = Path("vocabulary") / "labels.txt"
"""The file of a run's folder with the tags that its model knows."""


def check_labels(labels: Sequence[str]) -> None:
    """
    # Raises

    `ConfigurationError`
        When there is none, one is given twice, one has invisible characters or white space around it, or they are tags
        instead of types.
    """
    if not labels:
        raise ConfigurationError("labels is empty; expected entity types such as PER, LOC")
    for label in labels:
        if not isinstance(label, str) or not is_type_name(label):
            raise ConfigurationError(f"labels has {label!r}; expected entity types such as PER, LOC")
        if label == "O" or (label.startswith("B-") and f"I-{label[2:]}" in labels):
            raise ConfigurationError(f"labels has {label!r}, a tag; expected entity types such as PER, LOC, without B-")
    if len(set(labels)) < len(labels):
        twice = next(label for position, label in enumerate(labels) if label in labels[:position])
        raise ConfigurationError(f"labels has {twice!r} twice; expected entity types, each once")


def check_predicted(questions: Iterable[Question], labels: Sequence[str]) -> None:
    """Raises a `ConfigurationError` for a prediction of another type."""
    for question in questions:
        strange = sorted({span.label for span in question.predicted} - set(labels))
        if strange:
            raise ConfigurationError(
                f"sentence {question.sentence.id!r} is predicted to have {', '.join(strange)}; the labels are "
                f"{', '.join(labels)}"
            )


def entity_types(tags: Iterable[str]) -> List[str]:
    """The types in BIO tags, sorted; other tags are ignored."""
    return sorted({tag[2:] for tag in tags if tag[:2] in ("B-", "I-") and len(tag) > 2})


def tags_of(types: Iterable[str]) -> Set[str]:
    """All BIO tags of entity types."""
    return {"O", *(f"{prefix}-{name}" for name in types for prefix in "BI")}


def labels_of_run(folder: str) -> List[str]:
    """
    The entity types that a run's model knows.

    # Parameters

    folder : `str`
        The run's serialization directory.

    # Raises

    `ConfigurationError`
        When it has no vocabulary, or one without entity types.
    """
    path = Path(folder) / RUN_LABELS
    try:
        tags = read_bytes(path).decode("utf-8").split("\n")
    except (ConfigurationError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read; expected a run's folder, which has this file") from error
    types = entity_types(tags)
    if not types:
        raise ConfigurationError(f"{path}: no BIO tag in it, and so no entity types")
    return types
