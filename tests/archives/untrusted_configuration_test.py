"""Every way in which AllenNLP turns a name of an archive's configuration into a class, beside the check of it."""

import ast
import importlib
from pathlib import Path
from typing import Any, Iterator, Set, get_args, get_origin

from allennlp.common import FromParams, Registrable

from seqmix_plugin.archives import BLOCKS
from seqmix_plugin.configuration.constructors import arguments
from tests.archives.loading_test import CONFIGURATIONS

TURNS = {
    "__import__",
    "by_name",
    "eval",
    "exec",
    "extracted_archive",
    "from_archive",
    "get_spacy_model",
    "import_module",
    "import_module_and_submodules",
    "load_archive",
    "pop_choice",
    "resolve_class_name",
}
"""Functions that make a class or run code of a name; `getattr` on a module is always beside one of them."""
LOADING = [
    f"allennlp.{name}"
    for name in (
        "common.cached_transformers",
        "common.from_params",
        "common.lazy",
        "common.params",
        "common.registrable",
        "common.util",
        "models.archival",
        "models.model",
    )
]
"""What loads an archive, beside the modules of what it may build."""
INNER = "the work of one that is in this table"
UNUSED = "is given names that are in AllenNLP's code or on the command line, none of an archive"
COVERED = {
    "common.from_params.from_params: pop_choice": "a class to import, inside",
    "common.from_params.from_params: resolve_class_name": "a class to import, inside",
    "common.from_params.pop_and_construct_arg: load_archive": "another archive's part",
    "common.params.pop_choice: pop_choice": INNER,
    "common.registrable.by_name: resolve_class_name": INNER,
    "common.registrable.resolve_class_name: import_module": INNER,
    "common.util.get_spacy_model: __import__": INNER,
    "common.util.import_module_and_submodules: import_module": UNUSED,
    "common.util.import_module_and_submodules: import_module_and_submodules": UNUSED,
    "data.tokenizers.spacy_tokenizer.__init__: get_spacy_model": "a package to import",
    "models.archival.load_archive: extracted_archive": INNER,
    "models.model._load: pop_choice": "a class to import as vocabulary",
    "models.model._load: resolve_class_name": "a class to import as vocabulary, as a word",
    "models.model.from_archive: load_archive": "another archive",
    "models.model.load: by_name": "a class to import",
    "nn.initializers.__init__: extracted_archive": "another archive's weights",
}
"""What is found, and the entry of `CONFIGURATIONS` in which it is tried and refused."""


def test_every_way_from_a_name_to_a_class_is_tried() -> None:
    """A release of AllenNLP, or a component of ours, that brings another way fails here until it is looked at."""
    assert found() == set(COVERED)
    tried = set(COVERED.values()) - {INNER, UNUSED}
    assert tried <= set(CONFIGURATIONS)


def test_what_may_be_built_is_found() -> None:
    names = {one.__name__ for one in reachable()}
    assert {"SpacyTokenizer", "PretrainedTransformerMismatchedEmbedder", "Vocabulary", "CrfHead"} <= names


def reachable() -> Set[Any]:
    """The classes that may be built of an archive's configuration, by the annotations of constructors."""
    seen: Set[Any] = set()

    def build(built: Any, constructor: Any) -> None:
        if built not in seen:
            seen.add(built)
            for parameter in arguments(built, constructor)[0].values():
                walk(parameter.annotation)

    def walk(kind: Any) -> None:
        for inner in get_args(kind):
            walk(inner)
        if get_origin(kind) is None and isinstance(kind, type):
            for built, constructor in (Registrable._registry.get(kind) or {}).values():
                build(built, constructor)
            if issubclass(kind, FromParams):
                build(kind, None)

    for base, needed in BLOCKS.values():
        for built, constructor in Registrable._registry[base].values():
            if isinstance(built, type) and issubclass(built, needed):
                build(built, constructor)
    return seen


def calls(module: str) -> Iterator[str]:
    """The calls of a module that turn a name into a class, unless it stands in the code."""
    source = Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8")
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    given = [*node.args, *(keyword.value for keyword in node.keywords)]
                    if name in TURNS and not all(isinstance(argument, ast.Constant) for argument in given):
                        yield f"{module.removeprefix('allennlp.')}.{function.name}: {name}"


def found() -> Set[str]:
    modules = {above.__module__ for one in reachable() for above in one.mro()}
    return {call for module in [*LOADING, *modules] if module.startswith("allennlp.") for call in calls(module)}
