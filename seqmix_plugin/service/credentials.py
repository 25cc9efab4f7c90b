"""Who may talk to the service."""

import hashlib
import hmac
import ipaddress
import os
import stat
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Mapping, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.io import json_text

PREFIX = "SEQMIX_SERVICE_"
"""How the environment variables begin that give credentials: `…USER`, `…PASSWORD`, `…SECRET`."""
HEADER = "X-Seqmix-Secret"
"""Carries the secret of a webhook."""
SHORTEST = 8


@dataclass(frozen=True)
class Credentials:
    """
    # Parameters

    user : `str`
        Of HTTP Basic authentication.
    password : `str`
        Of the same.
    secret : `str`
        What a webhook sends in the header `X-Seqmix-Secret`.

    # Raises

    `ConfigurationError`
        When one is too short, or cannot stand in a header; it is named and not shown.
    """

    user: str
    password: str
    secret: str

    def __post_init__(self) -> None:
        for field in fields(self):
            value: Any = getattr(self, field.name)
            shortest = 1 if field.name == "user" else SHORTEST
            if not isinstance(value, str) or len(value) < shortest or not (value.isascii() and value.isprintable()):
                raise ConfigurationError(
                    f"credentials: {field.name!r} is none; expected {shortest} or more characters of ASCII"
                )
        if ":" in self.user:
            raise ConfigurationError("credentials: 'user' has a colon, where Basic authentication ends it")

    def allow_user(self, user: Optional[str], password: Optional[str]) -> bool:
        """Whether both are right; it takes as long whatever is wrong."""
        right_user, right_password = _same(user, self.user), _same(password, self.password)
        return right_user and right_password

    def allow_secret(self, secret: Optional[str]) -> bool:
        """Whether a header is right."""
        return _same(secret, self.secret)


def read_credentials(path: Optional[str], environment: Mapping[str, str]) -> Optional[Credentials]:
    """
    # Parameters

    path : `str`, optional
        A JSON file, an object with the keys `user`, `password` and `secret`, which nobody else may read.
    environment : `Mapping[str, str]`
        Is looked at when there is no file: `SEQMIX_SERVICE_USER`, `SEQMIX_SERVICE_PASSWORD`, `SEQMIX_SERVICE_SECRET`.

    # Returns

    `Credentials`, optional
        `None` when there are none.

    # Raises

    `ConfigurationError`
        When the file cannot be read, others can read it, or one of the three is missing.
    """
    names = [field.name for field in fields(Credentials)]
    if path is None:
        found: Any = {
            name: environment[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in environment
        }
        if not found:
            return None
        source = "the environment"
        expected = ", ".join(PREFIX + name.upper() for name in names)
    else:
        found, source, expected = _of_file(path), path, ", ".join(names)
    if not isinstance(found, dict) or set(found) != set(names):
        raise ConfigurationError(f"credentials: {source} has not what is needed; expected {expected}, all of them")
    return Credentials(**found)


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _of_file(path: str) -> Any:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"credentials: {path} can be read by others; say chmod 600 {path}")
        return json_text.read(Path(path))
    except (OSError, ValueError) as error:
        shown = error.strerror if isinstance(error, OSError) else type(error).__name__  # nothing of what is in it
        raise ConfigurationError(f"credentials: {path} cannot be read ({shown or first_line(error)})") from error


def _same(given: Optional[str], expected: str) -> bool:
    """Compares digests, so that the time tells neither what is right nor how long it is."""
    digests = [hashlib.sha256((text or "").encode("utf-8", "replace")).digest() for text in (given, expected)]
    return hmac.compare_digest(*digests)
