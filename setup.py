"""Packaging of `seqmix_plugin`. The tried set of versions stands in `pyproject.toml` and `requirements.txt`."""

import ast
import shutil
from pathlib import Path
from typing import Tuple

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


def shipped_folders() -> Tuple[str, ...]:
    """`FOLDERS` of `seqmix_plugin/shipped_files.py`, read without importing the package."""
    tree = ast.parse((HERE / "seqmix_plugin/shipped_files.py").read_text(encoding="utf-8"))
    [value] = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "FOLDERS"]
    return ast.literal_eval(value)


class BuildWithShippedFiles(build_py):
    """Copies configurations and corpus into the package; an editable installation reads those of the repository."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for folder in shipped_folders():
                copy = Path(self.build_lib) / "seqmix_plugin/shipped" / folder
                shutil.copytree(HERE / folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


setup(
    name="seqmix_plugin",
    version="0.2.0",
    description="Active learning for sequence labelling with SeqMix augmentation, as an AllenNLP plugin",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    cmdclass={"build_py": BuildWithShippedFiles},
    packages=find_packages(include=["seqmix_plugin", "seqmix_plugin.*"]),
    package_data={"seqmix_plugin.reporting": ["templates/*"]},
    python_requires=">=3.11.4,<3.13",
    install_requires=[
        "allennlp>=2.10.1",
        "torch>=2.6",
        "transformers>=4.49,<4.50",
        "seqeval>=1.2.2",
        "jsonnet>=0.20",
        "numpy>=1.26",
        "pydantic>=2",
        "pyarrow>=16",
        "regex>=2024.4.16",
        "scipy>=1.15",
        "rich>=13",
        "tokenizers>=0.21,<0.22",
    ],
    extras_require={
        "dev": [
            "hypothesis>=6",
            "mypy>=1.10",
            "playwright>=1.45",
            "pyte>=0.8.2",
            "pytest>=8",
            "pytest-xdist>=3.6",
            "ruff>=0.5",
        ],
        "annotate": ["prompt_toolkit>=3.0.39"],
        "report": ["altair>=5.5", "jinja2>=3.1", "vl-convert-python>=1.7"],
        "detokenized": ["sacremoses>=0.0.53"],
        "service": ["uvicorn>=0.30"],
        "wandb": ["wandb>=0.16"],
    },
)
