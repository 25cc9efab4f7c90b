"""
The plugin is registered and AllenNLP's gaps are filled, whichever of the two is imported first: in new processes, which
are forks of one that has imported what AllenNLP imports.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Dict

import pytest
from allennlp.common import Registrable

from seqmix_plugin.allennlp_gaps.look_ups import EXTENDED, PACKAGE
from tests.conftest import ROOT

FORKS = """
import json, os, sys, traceback
import cached_path, fairscale, nltk, sklearn.metrics, spacy, tensorboardX, torch, torchvision.transforms.v2
import transformers
from transformers import AdamW, AutoModel, AutoTokenizer, BertModel, GPT2Model, data
for name, code in json.loads(sys.argv[1]).items():
    process = os.fork()
    if process == 0:
        try:
            exec(code, {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(name, os.waitpid(process, 0)[1])
"""
ONE_EXCEPTION = """
import pickle
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError as theirs
from seqmix_plugin.errors import ConfigurationError as ours
assert theirs is ours
try:
    Params({}).pop("seed")
except ours as error:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is ours and str(copy) == copy.message == str(error) != ""
else:
    raise AssertionError
"""
GAPS_ARE_FILLED = """
from allennlp.commands import train
from allennlp.common import Params, cached_transformers, from_params, logging
from allennlp.training import util
from transformers import dynamic_module_utils
assert dynamic_module_utils.TIME_OUT_REMOTE_CODE == 0
functions = [cached_transformers.get_tokenizer, from_params.construct_arg, logging.prepare_global_logging]
for function in [*functions, Params.from_file.__func__, util.create_serialization_dir]:
    assert "allennlp_gaps" in function.__code__.co_filename
    assert function.__wrapped__.__code__.co_filename.endswith(function.__module__.replace(".", "/") + ".py")  # once
assert train._train_worker.__module__ == "seqmix_plugin.allennlp_gaps.run_start"
"""
MODEL = """
from allennlp.models import Model
assert Model.by_name("sequence_tagger").__module__ == "seqmix_plugin.models.sequence_tagger"
"""
ORDERS = {
    "plugin, then AllenNLP": f"""
import sys, seqmix_plugin
assert "allennlp" not in sys.modules
{MODEL}{ONE_EXCEPTION}{GAPS_ARE_FILLED}
""",
    "AllenNLP, then plugin": f"""
from allennlp.models import Model
import seqmix_plugin
from allennlp.common import Registrable
assert "sequence_tagger" in Registrable._registry[Model]  # without a look-up
{MODEL}{ONE_EXCEPTION}{GAPS_ARE_FILLED}
""",
    "a part of the plugin": f"""
import seqmix_plugin.models
from allennlp.data import DatasetReader
assert "conll_columns" in DatasetReader.list_available()
{MODEL}{ONE_EXCEPTION}{GAPS_ARE_FILLED}
""",
    "a part without AllenNLP": """
import sys
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.json_text import read_objects
assert "allennlp" not in sys.modules
from allennlp.common.checks import ConfigurationError as theirs
assert theirs is ConfigurationError
""",
    "a part of AllenNLP": f"""
import allennlp.common, seqmix_plugin
{MODEL}{ONE_EXCEPTION}{GAPS_ARE_FILLED}
""",
    "a look-up of another class": """
import sys, seqmix_plugin
from allennlp.nn import Activation
Activation.by_name("relu")
assert "seqmix_plugin.registration" not in sys.modules
""",
    "a class of the plugin": """
import seqmix_plugin
from allennlp.common import Params
from allennlp.training.optimizers import Optimizer
from seqmix_plugin.query_policies.query_policy import QueryPolicy
assert QueryPolicy.from_params(Params({"type": "random"})).__class__.__name__ == "RandomPolicy"
assert "fused_adamw" in Optimizer.list_available()
""",
    "a reload of the plugin": f"""
import allennlp.commands.train, importlib, seqmix_plugin
importlib.reload(seqmix_plugin)
{GAPS_ARE_FILLED}
from seqmix_plugin.allennlp_gaps.run_start import _ORIGINAL
assert _ORIGINAL["train_worker"].__module__ == "allennlp.commands.train"
""",
    "--include-package": f"""
import seqmix_plugin
from allennlp.common.util import import_module_and_submodules
import_module_and_submodules("seqmix_plugin")
{MODEL}
""",
}


@pytest.fixture(scope="module")
def statuses() -> Dict[str, str]:
    """What each order of imports has ended with."""
    command = [sys.executable, "-W", "ignore", "-c", FORKS, json.dumps(ORDERS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    print(done.stderr)
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())  # type: ignore[misc]


@pytest.mark.parametrize("order", ORDERS)
def test_everything_is_registered_in_any_order(order: str, statuses: Dict[str, str]) -> None:
    assert statuses[order] == "0"


def test_the_classes_that_the_plugin_extends_are_known() -> None:
    ours = {
        base.__name__
        for base, registered in Registrable._registry.items()
        if base.__module__.startswith("allennlp.")
        and any(kind.__module__.startswith(f"{PACKAGE}.") for kind, _ in registered.values())
    }
    assert ours == set(EXTENDED)


def test_the_import_of_the_package_is_light() -> None:
    code = "import sys, seqmix_plugin; print(*{name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(ROOT)!r}); {code}"],
        capture_output=True, text=True, check=True)  # fmt: skip
    assert set(done.stdout.split()) <= {"__main__", PACKAGE}


def test_an_import_without_allennlp_says_how_to_install_it(tmp_path: Path) -> None:
    for path in Path(pytest.__file__).parent.parent.iterdir():
        if not path.name.startswith("allennlp"):
            (tmp_path / path.name).symlink_to(path)
    code = f"import sys; sys.path += [{str(ROOT)!r}, {str(tmp_path)!r}]; import seqmix_plugin.stopping"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: AllenNLP is not installed: pip install --no-deps allennlp==2.10.1"
    )
