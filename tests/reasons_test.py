"""The reason of a library's error, wherever in its text it stands."""

import pytest

from seqmix_plugin.errors import LONGEST_REASON, first_line


def raised(error: BaseException) -> BaseException:
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_the_reason_is_kept() -> None:
    assert first_line(OSError("no such model\n\n  because the folder is empty")) == (
        "no such model because the folder is empty"
    )
    assert first_line(KeyError("hidden_size")) == "KeyError: 'hidden_size'"
    assert first_line(ValueError()) == "ValueError"
    with pytest.raises(AssertionError) as caught:
        _asserts(0)
    assert first_line(caught.value) == "AssertionError: raise AssertionError  # the number is not positive"
    assert len(first_line(raised(RuntimeError("x" * 10_000)))) == LONGEST_REASON


def _asserts(number: int) -> None:
    if not number > 0:
        raise AssertionError  # the number is not positive
