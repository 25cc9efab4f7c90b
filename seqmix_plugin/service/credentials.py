"""Authentication of clients, and which addresses need none."""

import hmac
import ipaddress
import os
import re
import stat
from base64 import b64encode
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Mapping, Optional

from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io import json_text

PREFIX = "SEQMIX_SERVICE_"
"""Prefix of the environment variables with credentials: `…USER`, `…PASSWORD`, `…SECRET`."""
HEADER = "X-Seqmix-Secret"
"""The header with the secret of a webhook."""


@dataclass(frozen=True)
class Credentials:
    """
    # Parameters

    user : `str`
        User name of HTTP Basic authentication.
    password : `str`
        Password of HTTP Basic authentication.
    secret : `str`
        What a webhook sends in the header `X-Seqmix-Secret`.

    # Raises

    `ConfigurationError`
        When one is too short or cannot be sent in a header; the message does not show it.
    """

    user: str
    password: str
    secret: str

    def __post_init__(self) -> None:
        for name, shortest in (("user", 1), ("password", 8), ("secret", 8)):
            value: Any = getattr(self, name)
            if not isinstance(value, str) or not re.fullmatch(rf"[ -~]{{{shortest},}}", value):
                raise ConfigurationError(
                    f"credentials: {name!r} is invalid; expected {shortest} or more printable ASCII characters"
                )
            if name == "secret" and value != value.strip(" "):  # HTTP removes them from a header
                raise ConfigurationError("credentials: 'secret' is invalid; expected no space at its ends")

    def allow(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether a request has the user and password, or a webhook the secret; compared in constant time."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        expected = b64encode(f"{self.user}:{self.password}".encode("ascii")).decode("ascii")
        if kind.lower() == "basic" and _equal(given, expected):
            return True
        return path == "/webhook" and _equal(headers.get(HEADER.lower(), ""), self.secret)


def read_credentials(path: Optional[str], environment: Mapping[str, str]) -> Optional[Credentials]:
    """
    # Parameters

    path : `str`, optional
        A JSON file, an object with the keys `user`, `password` and `secret`, which only its owner may read.
    environment : `Mapping[str, str]`
        Used without a file: `SEQMIX_SERVICE_USER`, `SEQMIX_SERVICE_PASSWORD`, `SEQMIX_SERVICE_SECRET`.

    # Returns

    `Credentials`, optional
        `None` when there are none.

    # Raises

    `ConfigurationError`
        When the file cannot be read, other users can read it, or one of the three is missing.
    """
    keys = {field.name: PREFIX + field.name.upper() for field in fields(Credentials)}
    if path is None:
        found: Any = {name: environment[key] for name, key in keys.items() if key in environment}
        if not found:
            return None
        source, expected = "the environment", ", ".join(keys.values())
    else:
        found, source, expected = _read(path), path, ", ".join(keys)
    if not isinstance(found, dict) or set(found) != set(keys):
        raise ConfigurationError(f"credentials: expected exactly {expected} in {source}")
    return Credentials(**found)


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _read(path: str) -> Any:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"credentials: {path} is readable by other users; run chmod 600 {path}")
        return json_text.read(Path(path))
    except (OSError, ValueError) as error:
        shown = error.strerror if isinstance(error, OSError) else type(error).__name__  # not the content
        raise ConfigurationError(f"credentials: {path} cannot be read ({shown or first_line(error)})") from error


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8"))
