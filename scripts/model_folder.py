"""What the scripts that convert a model share: the check of the file, and the folder that transformers loads."""

import hashlib
import sys
from pathlib import Path
from typing import Any


def refuse(line: str) -> None:
    """Ends with a one-line error."""
    sys.exit(f"error: {line}")


def check_file(path: Path, sha256: str) -> None:
    """Ends with a one-line error when the file is missing or is another one."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return refuse(f"{path}: {error.strerror}")
    if found != sha256:
        refuse(f"{path} has SHA-256 {found}, expected {sha256}")


def write_folder(target: Path, model: Any, tokenizer: Any, licence: str, about: str) -> None:
    """
    Writes model and tokenizer with the text of the model's licence, and where it comes from. The weights had 4 or 8
    bits, so that half precision holds them; `config.json` says float32, as transformers makes a model without weights,
    such as that of an archive, in the type that stands there.
    """
    model.half().save_pretrained(target)
    model.config.torch_dtype = "float32"
    model.config.save_pretrained(target)
    tokenizer.save_pretrained(target)
    (target / "LICENSE").write_text(licence, encoding="utf-8")
    (target / "README.md").write_text(about, encoding="utf-8")
