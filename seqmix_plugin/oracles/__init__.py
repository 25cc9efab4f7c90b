"""Oracles: who labels the queried sentences."""

from seqmix_plugin.oracles.files import FilesOracle
from seqmix_plugin.oracles.gold import GoldOracle
from seqmix_plugin.oracles.noisy import NoisyOracle
from seqmix_plugin.oracles.oracle import Answered, Oracle, Request, Waiting
