"""Oracles: who labels the queried sentences."""

from seqmix_plugin.oracles.gold import GoldOracle
from seqmix_plugin.oracles.noisy import NoisyOracle
from seqmix_plugin.oracles.oracle import Oracle
from seqmix_plugin.oracles.request import Request

__all__ = ["GoldOracle", "NoisyOracle", "Oracle", "Request"]
