"""
Active learning for sequence labelling with SeqMix augmentation, as an AllenNLP plugin.

The classes of the plugin and its sub-commands of `allennlp` are registered when the package is imported; where AllenNLP
is not imported yet, which takes many seconds, as soon as AllenNLP looks up the name of a class.
"""

import sys

from seqmix_plugin.allennlp_gaps import fill_gaps

fill_gaps()
if "allennlp.common.registrable" in sys.modules:
    from seqmix_plugin import registration
