"""The generated reference: how docstrings, types and defaults become Markdown."""

import functools
from pathlib import Path

import pytest

from scripts.reference import write
from scripts.reference.catalogue import blocks
from scripts.reference.docstrings import Documented, documented, sections
from scripts.reference.kinds import taken_by
from scripts.reference.markdown import configured, function, linked, parameters, table
from scripts.reference.python import class_entry


def described(size: int, names: str = "a|b") -> int:
    """
    Counts something; see `docs/runs.md`.

    # Parameters

    size : `int`
        How many
        there are.
    names : `str`, optional (default = `"a|b"`)
        Their names.

    # Returns

    `int`
        The number.
    """
    return size + len(names)


def test_a_docstring_has_parts() -> None:
    assert sections(described)[""] == "Counts something; see `docs/runs.md`."
    assert documented(described) == {
        "size": Documented(False, False, None, "How many there are.", "int"),
        "names": Documented(False, True, '"a|b"', "Their names.", "str"),
    }
    described_badly = type("Bad", (), {"__doc__": "Text.\n\n# Parameters\n\nsize (int)\n    How many."})
    with pytest.raises(ValueError, match=r"not a parameter of the form .*: size \(int\)"):
        documented(described_badly)


def test_a_function_is_a_section() -> None:
    assert function("described", described) == (
        "## described\n\n`described(size, names=…)`\n\nCounts something; see [runs](../../runs.md).\n\n"
        ":::{container} parameters\n"
        "| parameter | type | default | meaning |\n| --- | --- | --- | --- |\n"
        "| `size` | `int` | required | How many there are. |\n"
        '| `names` | `str` | `"a\\|b"` | Their names. |\n:::\n\n'
        "**Returns** `int`: The number.\n"
    )
    assert parameters({}) == ""
    assert table(("a",), [("x | y",)]) == "| a |\n| --- |\n| x \\| y |\n"


@pytest.mark.parametrize(
    ("default", "value"),
    [
        ("RandomPolicy()", '"random"'),
        ("Lazy(GoldOracle)", '"gold"'),
        ("PoolSettings()", "{}"),
        ("None", "null"),
        ("True", "true"),
        ('"round"', '"round"'),
        ("0.2", "0.2"),
        ("ConfusionPolicy()", "ConfusionPolicy()"),
    ],
)
def test_defaults_are_shown_as_a_configuration_has_them(default: str, value: str) -> None:
    assert configured(default) == value


def test_a_class_has_properties_and_methods() -> None:
    class Counted:
        """Counts."""

        undocumented = 1

        @functools.cached_property
        def number(self) -> int:
            """The number."""
            return 1

        @property
        def half(self) -> float:
            """Half of it."""
            return 0.5

        @classmethod
        def of(cls) -> None:
            """Makes one."""

    assert class_entry("Counted", Counted) == (
        "## Counted\n\nCounts.\n\n| property | value |\n| --- | --- |\n"
        "| `number` | The number. |\n| `half` | Half of it. |\n\n\n### of\n\n`of()`\n\nMakes one.\n\n"
    )


def test_types_lead_to_what_they_name() -> None:
    assert linked("Lazy[Oracle]") == "[`Lazy[Oracle]`](oracle.md)"
    assert linked("int") == "`int`"
    assert linked("GoldOracle", '"gold"') == '[`"gold"`](oracle.md#gold)'
    assert {"PoolSettings", "HiddenMixing", "TrainingSettings"} <= {cls.__name__ for cls in blocks()}


def test_pages_that_are_the_same_are_left_alone_and_old_ones_go(tmp_path: Path) -> None:
    write(tmp_path)
    pages = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    (tmp_path / "gone.md").write_text("# Gone\n", encoding="utf-8")
    write(tmp_path)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == pages
    assert {"index.md", "commands.md", "formulas.md", "query_policy.md"} <= set(pages)


def test_keys_of_the_same_name_are_told_apart_by_their_kind() -> None:
    of_trainers = taken_by("Trainer")
    assert "(train_model.md#active_learning) (`TrainModel`)" in of_trainers
    assert "(trainer.md#active_learning) (`Trainer`)" in of_trainers
    assert "(`" not in taken_by("LanguageModel")
