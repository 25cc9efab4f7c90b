"""The files that `allennlp augment` writes."""

import itertools
import json
import os
from pathlib import Path
from typing import Any, Dict, List, Sequence

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence
from seqmix_plugin.tag_schemes import hard_tags


class GeneratedFiles:
    """
    `PREFIX.jsonl`, `PREFIX.conll` and `PREFIX.statistics.json`, each of them whole.

    # Parameters

    prefix : `str`
        Where; the endings `.jsonl` and `.conll` are taken off.

    # Raises

    `ConfigurationError`
        When it names no file.
    """

    def __init__(self, prefix: str) -> None:
        stem = Path(prefix.removesuffix(".jsonl").removesuffix(".conll"))
        if not stem.name or prefix.endswith("/") or stem.is_dir():
            raise ConfigurationError(f"--output is {prefix!r}; expected files' path without ending, such as runs/more")
        self.jsonl, self.columns, self.statistics = (
            stem.with_name(stem.name + ending) for ending in (".jsonl", ".conll", ".statistics.json")
        )

    def check(self, input_path: str, force: bool) -> None:
        """Raises a `ConfigurationError` when a file is there already or none can be written."""
        for path in (self.jsonl, self.columns, self.statistics):
            if path.exists() and not path.is_file():
                raise ConfigurationError(f"{path} is no file; choose another --output")
            if path.exists() and path.resolve() == Path(input_path).resolve():
                raise ConfigurationError(f"{path} is the input; choose another --output")
            if path.exists() and not force:
                raise ConfigurationError(f"{path} exists; choose another --output, or --force")
        folder = next(folder for folder in self.jsonl.absolute().parents if folder.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise ConfigurationError(f"{folder}: no folder to write to; choose another --output")

    def write(self, records: Sequence[Dict[str, Any]], statistics: Dict[str, Any]) -> None:
        """Writes beside the old files, then replaces them."""
        contents = {
            self.jsonl: "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records),
            self.columns: "\n".join(_columns(record) for record in records),
            self.statistics: json.dumps(statistics, ensure_ascii=False, indent=2) + "\n",
        }
        temporary = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in contents}
        try:
            self.jsonl.parent.mkdir(parents=True, exist_ok=True)
            for path, text in contents.items():
                temporary[path].write_bytes(text.encode("utf-8"))
            for path in contents:
                os.replace(temporary[path], path)
        except OSError as error:
            raise ConfigurationError(f"{self.jsonl.parent}: cannot be written to ({first_line(error)})") from error
        finally:
            for path in temporary.values():
                path.unlink(missing_ok=True)


def check_columns(path: str, sentences: Sequence[TaggedSentence], with_ids: bool) -> None:
    """Raises a `ConfigurationError` for a word or an id that a column file cannot hold; JSONL may have such."""
    for sentence in sentences:
        if with_ids and (sentence.id != sentence.id.strip() or not {"\t", "\n", "\r"}.isdisjoint(sentence.id)):
            raise ConfigurationError(f"{path}: id {sentence.id!r} does not fit in a comment of a column file")
        for word in sentence.tokens:
            breaks = not {"\t", "\n", "\r"}.isdisjoint(word)
            if breaks or word != word.strip(" ") or word.startswith("-DOCSTART-"):
                raise ConfigurationError(f"{path}: word {word!r} of sentence {sentence.id!r} does not fit in a column")


def records(
    generated: Sequence[SyntheticSentence], taken: Sequence[TaggedSentence], score_key: str
) -> List[Dict[str, Any]]:
    """
    The accepted sentences as plain data.

    # Parameters

    generated : `Sequence[SyntheticSentence]`
        All that was generated.
    taken : `Sequence[TaggedSentence]`
        The input, whose ids the new ones stay clear of.
    score_key : `str`
        What the discriminator's score is called.
    """
    prefixes = itertools.chain(["synthetic"], (f"synthetic{number}" for number in itertools.count(2)))
    prefix = next(p for p in prefixes if not any(sentence.id.startswith(f"{p}-") for sentence in taken))
    accepted = [child for child in generated if child.accepted]
    return [_record(child, f"{prefix}-{number}", score_key) for number, child in enumerate(accepted)]


def gold_records(sentences: Sequence[TaggedSentence]) -> List[Dict[str, Any]]:
    """The input as plain data."""
    records: List[Dict[str, Any]] = []
    for sentence in sentences:
        soft = {} if sentence.tag_distributions is None else {"tag_distributions": list(sentence.tag_distributions)}
        records.append({"id": sentence.id, "tokens": list(sentence.tokens), "tags": list(sentence.tags or ()), **soft})
        records[-1].update(_spaces(sentence))
    return records


def counts(generated: Sequence[SyntheticSentence]) -> Dict[str, Any]:
    """How many were accepted and refused, what was repaired, and how many words the accepted ones got."""
    accepted = [child for child in generated if child.accepted]
    soft = [child.sentence.distributions() or [] for child in accepted if child.sentence.tags is None]
    repaired = [number for number in (hard_tags(rows)[1] for rows in soft) if number]
    new = [word for child in accepted for word in child.sentence.tokens[slice(*child.parents[0][1:])]]
    return {
        "accepted": len(accepted),
        "refused": len(generated) - len(accepted),
        "acceptance": len(accepted) / max(len(generated), 1),
        "repaired_sentences": len(repaired),
        "repaired_tags": sum(repaired),
        "generated_words": len(new),
        "distinct_words": len(set(new)),
    }


def _record(child: SyntheticSentence, name: str, score_key: str) -> Dict[str, Any]:
    sentence = child.sentence
    distributions = sentence.distributions() or []
    return {
        "id": name,
        "tokens": list(sentence.tokens),
        "tags": hard_tags(distributions)[0] if sentence.tags is None else list(sentence.tags),
        "tag_distributions": distributions,
        "parents": [window._asdict() for window in child.parents],
        "lambda": child.lam,
        score_key: child.score,
        **_spaces(sentence),
    }


def _spaces(sentence: TaggedSentence) -> Dict[str, Any]:
    """The key, where the white space between the words is known."""
    return {} if sentence.spaces is None else {"spaces": list(sentence.spaces)}


def _columns(record: Dict[str, Any]) -> str:
    rows = [f"{word}\t{tag}\n" for word, tag in zip(record["tokens"], record["tags"], strict=True)]
    return f"# id = {record['id']}\n" + "".join(rows)
