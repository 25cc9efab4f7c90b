"""The method of a run in words that a reader of a picture knows."""

from pathlib import Path
from typing import Any, Dict

from seqmix_plugin.errors import ConfigurationError, printable
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG

WORDS = {
    "whole_sequence": "whole-sequence",
    "sub_sequence": "sub-sequence",
    "label_constrained": "label-constrained sub-sequence",
    "badge": "BADGE",
    "bald": "BALD",
    "consensus_kl": "consensus KL divergence",
    "fluctuation_history": "with the history of scores",
    "inverse_tag_frequency": "uncertainty by inverse tag frequency",
    "entity_weighted": "entity-weighted uncertainty",
    "kmeans": "k-means",
    "length": "longest sentences",
    "length_ranked": "ranked among equal lengths",
    "length_regressed": "less what length explains",
    "mnlp": "MNLP",
    "random": "random sampling",
    "random_share": "with a random share",
    "shuffle_segments": "shuffled segments",
    "stratified": "stratified",
    "tag_count": "most words tagged as entities",
    "typical": "typical sentences",
    "duplicate": "duplicates",
    "mention_mixup": "mentions",
    "file_labels": "labels of a file",
    "pseudo_labels": "pseudo-labels",
}
"""By registered names; others are words already."""


def method_of(folder: Path) -> str:
    """The method of a run's folder; empty where its configuration is not there or is not one."""
    try:
        return method_name(read_object(folder / CONFIG))
    except (ConfigurationError, OSError):
        return ""


def method_name(configuration: Dict[str, Any]) -> str:
    """
    Query policy, augmenter and self-training, as `normalized token entropy + SeqMix (sub-sequence)`.

    # Parameters

    configuration : `Dict[str, Any]`
        Of a run.

    # Returns

    `str`
        Empty for a configuration without a query policy.
    """
    trainer = configuration.get("trainer")
    if not isinstance(trainer, dict) or not trainer.get("query_policy"):
        return ""
    parts = [_policy(trainer["query_policy"]), _augmenter(trainer.get("augmenter"))]
    if trainer.get("self_training"):
        parts.append(f"self-training ({_words(trainer['self_training'], 'pseudo_labels')})")
    return printable(" + ".join(part for part in parts if part))


def _policy(block: Any) -> str:
    name = _words(block)
    if not isinstance(block, dict) or "policy" not in block:
        return name
    inner = _policy(block["policy"])
    return f"{inner}, then {_policy(block['diversity'])}" if "diversity" in block else f"{inner}, {name}"


def _augmenter(block: Any) -> str:
    kind = _type(block, "none")
    if kind == "none":
        return ""
    if kind == "seqmix":
        return f"SeqMix ({_words(block.get('pairing') if isinstance(block, dict) else None, 'sub_sequence')})"
    if kind == "mixture" and isinstance(block.get("augmenters"), list):
        return ", ".join(filter(None, map(_augmenter, block["augmenters"]))) or "mixture"
    return _words(block)


def _type(block: Any, default: str = "") -> str:
    """The registered name that a block has, or is."""
    return str(block.get("type", default)) if isinstance(block, dict) else str(block or default)


def _words(block: Any, default: str = "") -> str:
    kind = _type(block, default)
    return WORDS.get(kind, kind.replace("_", " "))
