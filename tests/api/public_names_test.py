"""The names that `import seqmix_plugin as sx` offers."""

import pytest

import seqmix_plugin as sx
from seqmix_plugin.errors import ConfigurationError


def test_every_public_name_is_there_and_listed() -> None:
    for name in sx.LAZY:
        assert getattr(sx, name).__name__ == name
        assert name in dir(sx)
    assert sx.ConfigurationError is ConfigurationError


def test_another_name_is_an_error() -> None:
    with pytest.raises(AttributeError, match="module 'seqmix_plugin' has no attribute 'tarin'"):
        sx.tarin  # noqa: B018
