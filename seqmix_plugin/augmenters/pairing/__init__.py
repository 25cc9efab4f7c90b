"""Pairing functions ζ: what is mixed with what."""

from seqmix_plugin.augmenters.pairing.label_constrained import LabelConstrainedPairing
from seqmix_plugin.augmenters.pairing.mention_mixup import MentionMixupPairing
from seqmix_plugin.augmenters.pairing.pairing import Pairing, WindowPair
from seqmix_plugin.augmenters.pairing.sub_sequence import SubSequencePairing
from seqmix_plugin.augmenters.pairing.whole_sequence import WholeSequencePairing
