"""Oracles: who labels the queried sentences."""

from seqmix_plugin.oracles.files import FilesOracle
from seqmix_plugin.oracles.gold import GoldOracle
from seqmix_plugin.oracles.noisy import NoisyOracle
from seqmix_plugin.oracles.oracle import Answered, Oracle, Waiting
from seqmix_plugin.oracles.request import Request

__all__ = ["Answered", "FilesOracle", "GoldOracle", "NoisyOracle", "Oracle", "Request", "Waiting"]
