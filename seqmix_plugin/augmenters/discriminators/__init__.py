"""Discriminators d: is a generated sentence plausible?"""

from seqmix_plugin.augmenters.discriminators.accept_all import AcceptAllDiscriminator
from seqmix_plugin.augmenters.discriminators.discriminator import Discriminator, Verdict
from seqmix_plugin.augmenters.discriminators.perplexity import PerplexityDiscriminator
from seqmix_plugin.augmenters.discriminators.tagger_agreement import TaggerAgreementDiscriminator

__all__ = [
    "AcceptAllDiscriminator",
    "Discriminator",
    "PerplexityDiscriminator",
    "TaggerAgreementDiscriminator",
    "Verdict",
]
