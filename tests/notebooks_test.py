"""The notebooks of `docs/notebooks/` run as they are, but for the values of their cell of parameters."""

import os
from pathlib import Path
from typing import Any, Dict, List

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "notebooks"
SHORT = {
    "trainer.trainer.num_epochs": 1,
    "trainer.augmenter.discriminator.language_model.settings": {"max_epochs": 1, "vocab_size": 300},
}
SMALL: Dict[str, Dict[str, Any]] = {
    "method": {"SETTINGS": {"trainer.num_rounds": 1, **SHORT}},
    "labelling_project": {"NUM_QUERIES": 2, "QUERY_SIZE": 12, "SETTINGS": SHORT},
}


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_all_notebooks_are_run() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_notebook_is_committed_without_outputs(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def with_parameters(cells: List[nbformat.NotebookNode], values: Dict[str, Any]) -> List[nbformat.NotebookNode]:
    """The cells, with other values after those of the cell of parameters, all of which have to be there."""
    [place] = [number for number, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", ())]
    assert all(f"{name} = " in cells[place].source for name in values)
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    return [*cells[: place + 1], nbformat.v4.new_code_cell("\n".join(lines)), *cells[place + 1 :]]


def test_the_notebooks_run(tmp_path: Path, tiny_encoder: str) -> None:
    """In one process, because importing AllenNLP takes seconds; names of one are not there in the next."""
    cells: List[nbformat.NotebookNode] = []
    for name, values in SMALL.items():
        parameters = {"ENCODER": tiny_encoder, **values}
        cells += [*with_parameters(read(name).cells, parameters), nbformat.v4.new_code_cell("%reset -f")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/svg+xml" in output.get("data", {})]
    assert len(pictures) == 3
