"""Discriminators d: is a generated sentence plausible?"""

from seqmix_plugin.augmenters.discriminators.accept_all import AcceptAllDiscriminator
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.discriminators.perplexity import PerplexityDiscriminator

__all__ = ["AcceptAllDiscriminator", "Discriminator", "PerplexityDiscriminator", "Verdict"]
