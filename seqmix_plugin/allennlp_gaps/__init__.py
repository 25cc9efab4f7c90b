"""
What AllenNLP 2.10.1 and transformers 4.49 have no hook for: the functions and globals of theirs that this package
replaces, each with the reason. Nothing else in the package replaces any.
"""

import functools

from seqmix_plugin.allennlp_gaps.bars import text_bars, transient_bars
from seqmix_plugin.allennlp_gaps.construction import (
    ask_nobody,
    failed_argument,
    naming_arguments,
    without_special_tokens_option,
)
from seqmix_plugin.allennlp_gaps.first_pieces import select_first_pieces
from seqmix_plugin.allennlp_gaps.look_ups import register_at_look_up, share_exception
from seqmix_plugin.allennlp_gaps.run_start import (
    checking_first,
    configuration_folder,
    find_files,
    quiet,
    start_with_the_plugin,
)
from seqmix_plugin.extras import INSTALL_ALLENNLP
from seqmix_plugin.import_hooks import complete_modules, explain_missing, replace

GAPS = {
    "allennlp.commands.train": start_with_the_plugin,
    "allennlp.common.cached_transformers": replace("get_tokenizer", without_special_tokens_option),
    "allennlp.common.checks": share_exception,
    "allennlp.common.from_params": replace("construct_arg", naming_arguments),
    "allennlp.common.logging": replace("prepare_global_logging", quiet),
    "allennlp.common.params": find_files,
    "allennlp.common.registrable": register_at_look_up,
    "allennlp.common.tqdm": text_bars,
    "allennlp.modules.token_embedders.pretrained_transformer_mismatched_embedder": select_first_pieces,
    "allennlp.training.util": replace("create_serialization_dir", checking_first),
    "transformers.dynamic_module_utils": ask_nobody,
}
"""The function that completes each module."""


@functools.cache
def fill_gaps() -> None:
    """Completes each module when it is imported; once, also when the package is reloaded."""
    complete_modules(GAPS)
    explain_missing("allennlp", INSTALL_ALLENNLP)
