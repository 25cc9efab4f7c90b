"""Language models that give perplexities to the perplexity discriminator."""

from seqmix_plugin.augmenters.language_models.in_domain import InDomainLanguageModel
from seqmix_plugin.augmenters.language_models.language_model import LanguageModel
from seqmix_plugin.augmenters.language_models.masked import MaskedLanguageModel
from seqmix_plugin.augmenters.language_models.pretrained import PretrainedLanguageModel
