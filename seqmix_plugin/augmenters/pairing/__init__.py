"""Pairing functions ζ: what is mixed with what."""

from seqmix_plugin.augmenters.pairing.pairing import Pair, Pairing
from seqmix_plugin.augmenters.pairing.sub_sequence import SubSequencePairing

__all__ = ["Pair", "Pairing", "SubSequencePairing"]
