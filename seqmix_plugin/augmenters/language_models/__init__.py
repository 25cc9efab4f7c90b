"""Language models that a perplexity discriminator asks."""

from seqmix_plugin.augmenters.language_models.in_domain import InDomainLanguageModel
from seqmix_plugin.augmenters.language_models.language_model import LanguageModel
from seqmix_plugin.augmenters.language_models.masked import MaskedLanguageModel
from seqmix_plugin.augmenters.language_models.pretrained import PretrainedLanguageModel

__all__ = ["InDomainLanguageModel", "LanguageModel", "MaskedLanguageModel", "PretrainedLanguageModel"]
