"""Errors name what Python has in the place of options."""

import pytest

from seqmix_plugin.api.messages import in_python, python_errors
from seqmix_plugin.errors import ConfigurationError


@pytest.mark.parametrize(
    ("message", "here"),
    [
        (
            "run exists; --recover resumes it, --force deletes it",
            "run exists; recover=True resumes it, force=True deletes it",
        ),
        ("take another folder (-s)", "take another folder"),
        ("otherwise give another folder with -s", "otherwise give another folder"),
        ("disk full; the same command with --recover resumes", "disk full; the same call with recover=True resumes"),
        ("--baseline is 'x'; --annotation-cost is 3", "baseline is 'x'; annotation_cost is 3"),
        ("a-b -- c", "a-b -- c"),
    ],
)
def test_options_are_arguments(message: str, here: str) -> None:
    assert in_python(message) == here


def test_other_errors_stay_as_they_are() -> None:
    with pytest.raises(ValueError, match="--force"), python_errors():
        raise ValueError("--force")
    with pytest.raises(ConfigurationError, match="^force=True$"), python_errors():
        raise ConfigurationError("--force")
