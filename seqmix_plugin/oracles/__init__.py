"""Oracles: who labels the queried sentences."""

from seqmix_plugin.oracles.gold import GoldOracle
from seqmix_plugin.oracles.oracle import Oracle

__all__ = ["GoldOracle", "Oracle"]
