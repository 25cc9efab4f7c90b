"""The files that `seqmix augment` writes."""

import itertools
import json
import re
from pathlib import Path
from typing import Any, Dict, List, Sequence

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.io.json_text import to_lines
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence
from seqmix_plugin.tag_schemes import hard_tags


def output_paths(prefix: str) -> List[Path]:
    """
    The paths `PREFIX.jsonl`, `PREFIX.conll` and `PREFIX.statistics.json`; `.jsonl` or `.conll` at the end of the prefix
    is ignored. A `ConfigurationError` when it names no file.
    """
    stem = Path(prefix.removesuffix(".jsonl").removesuffix(".conll"))
    if not stem.name or prefix.endswith("/") or stem.is_dir():
        raise ConfigurationError(f"--output is {prefix!r}; expected files' path without ending, such as runs/more")
    return [stem.with_name(stem.name + ending) for ending in (".jsonl", ".conll", ".statistics.json")]


def write_files(paths: Sequence[Path], rows: Sequence[Dict[str, Any]], statistics: Dict[str, Any]) -> None:
    """Writes the files of `output_paths`, each of them whole."""
    columns = "\n".join(
        f"# id = {row['id']}\n" + "".join(map("{}\t{}\n".format, row["tokens"], row["tags"])) for row in rows
    )
    described = json.dumps(statistics, ensure_ascii=False, indent=2) + "\n"
    for path, content in zip(paths, (to_lines(rows), columns.encode(), described.encode()), strict=True):
        write_bytes(path, content)


def check_columns(path: str, sentences: Sequence[TaggedSentence], with_ids: bool) -> None:
    """Raises a `ConfigurationError` for a word or an id that a column file cannot hold; JSONL may have such."""
    breaks = re.compile("[\t\n\r]")
    for sentence in sentences:
        if with_ids and (sentence.id != sentence.id.strip() or breaks.search(sentence.id)):
            raise ConfigurationError(f"{path}: id {sentence.id!r} does not fit in a comment of a column file")
        for word in sentence.tokens:
            if breaks.search(word) or word != word.strip(" ") or word.startswith("-DOCSTART-"):
                raise ConfigurationError(f"{path}: word {word!r} of sentence {sentence.id!r} does not fit in a column")


def records(
    generated: Sequence[SyntheticSentence], taken: Sequence[TaggedSentence], score_key: str
) -> List[Dict[str, Any]]:
    """The accepted sentences as plain data, under ids that differ from those of the sentences in `taken`."""
    prefixes = itertools.chain(["synthetic"], (f"synthetic{number}" for number in itertools.count(2)))
    prefix = next(p for p in prefixes if not any(sentence.id.startswith(f"{p}-") for sentence in taken))
    rows = []
    for number, child in enumerate(child for child in generated if child.accepted):
        soft = child.sentence.distributions() or []
        tags = hard_tags(soft)[0] if child.sentence.tags is None else child.sentence.tags
        parents = [window._asdict() for window in child.parents]
        more = {"tag_distributions": soft, "parents": parents, "lambda": child.lam, score_key: child.score}
        rows.append(_record(f"{prefix}-{number}", child.sentence, tags, more))
    return rows


def gold_record(sentence: TaggedSentence) -> Dict[str, Any]:
    """A sentence of the input as plain data."""
    soft = {"tag_distributions": sentence.tag_distributions} if sentence.tag_distributions else {}
    return _record(sentence.id, sentence, sentence.tags or (), soft)


def _record(name: str, sentence: TaggedSentence, tags: Sequence[str], more: Dict[str, Any]) -> Dict[str, Any]:
    spaces = {} if sentence.spaces is None else {"spaces": list(sentence.spaces)}
    return {"id": name, "tokens": list(sentence.tokens), "tags": list(tags), **more, **spaces}


def counts(generated: Sequence[SyntheticSentence]) -> Dict[str, Any]:
    """How many were accepted and refused, what was repaired, and how many words the accepted ones got."""
    accepted = [child for child in generated if child.accepted]
    soft = [child.sentence.distributions() or [] for child in accepted if child.sentence.tags is None]
    repaired = [number for number in (hard_tags(rows)[1] for rows in soft) if number]
    new = [word for child in accepted for word in child.new_words]
    return {
        "accepted": len(accepted),
        "refused": len(generated) - len(accepted),
        "acceptance": len(accepted) / max(len(generated), 1),
        "repaired_sentences": len(repaired),
        "repaired_tags": sum(repaired),
        "generated_words": len(new),
        "distinct_words": len(set(new)),
    }
