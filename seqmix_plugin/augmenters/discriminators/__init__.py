"""Discriminators d: is a generated sentence plausible?"""

from seqmix_plugin.augmenters.discriminators.all_of import AllOfDiscriminator
from seqmix_plugin.augmenters.discriminators.discriminator import AcceptAllDiscriminator, Discriminator, Verdict
from seqmix_plugin.augmenters.discriminators.perplexity import PerplexityDiscriminator
from seqmix_plugin.augmenters.discriminators.tagger_agreement import TaggerAgreementDiscriminator
