"""AllenNLP's own check of a model: train, archive, load, compare, and go on training."""

import json
from pathlib import Path

from allennlp.common.testing import ModelTestCase

from seqmix_plugin.io.folder_guard import forget_folder
from tests.active_learning.conftest import small_config


class TestArchive(ModelTestCase):
    def test_it_can_be_trained_saved_and_loaded(self, tiny_encoder: str, tmp_path: Path) -> None:
        config = tmp_path / "config.json"
        config.write_text(json.dumps(small_config(tiny_encoder)), encoding="utf-8")
        self.ensure_model_can_train_save_and_load(str(config))

    def teardown_method(self) -> None:
        forget_folder(self.TEST_DIR / "save_and_load_test")  # which is removed while this process goes on
        super().teardown_method()
