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
    license_expression="Apache-2.0",
    license_files=["LICENSE"],
    keywords=[
        "active learning",
        "data augmentation",
        "mixup",
        "named entity recognition",
        "sequence labelling",
        "AllenNLP",
    ],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Intended Audience :: Science/Research",
        "Natural Language :: English",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Text Processing :: Linguistic",
    ],
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    cmdclass={"build_py": BuildWithShippedFiles},
    packages=find_packages(include=["seqmix_plugin", "seqmix_plugin.*"]),
    entry_points={"console_scripts": ["seqmix = seqmix_plugin.commands.main:main"]},
    package_data={"seqmix_plugin.reporting": ["templates/*"]},
    python_requires=">=3.11.4,<3.13",
    install_requires=[
        # What AllenNLP 2.10.1 imports, but not AllenNLP, whose own requirements are of 2022: see docs/install.md.
        "base58>=2.1.1",
        "cached-path>=1.8,<1.9",
        "dill>=0.3.4",
        "fairscale==0.4.13",
        "filelock>=3.20,<4",
        "h5py>=3.10",
        "huggingface_hub>=0.26,<1",
        "lmdb>=1.4",
        "more-itertools>=8.12",
        "nltk>=3.9",
        "requests>=2.28",
        "scikit-learn>=1.4",
        "scipy>=1.15",
        "sentencepiece>=0.2",
        "setuptools>=70,<82",
        "spacy>=3.8,<3.9",
        "tensorboardX>=2.6.2",
        "termcolor>=1.1",
        "torchvision>=0.21,<0.27",
        "tqdm>=4.62",
        "typer>=0.9",
        # What the plugin imports.
        "jsonnet>=0.20",
        "numpy>=1.26",
        "pyarrow>=16",
        "pydantic>=2",
        "regex>=2024.4.16",
        "rich>=13",
        "seqeval>=1.2.2",
        "tokenizers>=0.21,<0.22",
        "torch>=2.6,<2.12",
        # The newest in which AllenNLP can be imported: 4.50 removed `transformers.AdamW`, from which AllenNLP inherits.
        "transformers>=4.49,<4.50",
    ],
    extras_require={
        "report": ["altair>=5.5", "jinja2>=3.1", "vl-convert-python>=1.7"],
        "annotate": ["prompt_toolkit>=3.0.39"],
        "service": ["uvicorn>=0.30"],
        "detokenized": ["sacremoses>=0.0.53"],
        "datasets": ["datasets>=3,<5.1", "pandas>=2.2"],
        "mlflow": ["mlflow-skinny>=3"],
        "tensorboard": ["tensorboard>=2.17"],
        "wandb": ["wandb>=0.16"],
        "ray": ["ray>=2.40"],
    },
)
