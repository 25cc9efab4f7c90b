"""Packaging of `seqmix_plugin`. The tried set of versions stands in `pyproject.toml` and `requirements.txt`."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent

setup(
    name="seqmix_plugin",
    version="0.2.0",
    description="Active learning for sequence labelling with SeqMix augmentation, as an AllenNLP plugin",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
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
