"""Mixing of word vectors in training."""

from typing import Tuple

import torch
from allennlp.common import FromParams

from seqmix_plugin.functional import mix_with_partners, partners_in_batch, partners_in_sentence
from seqmix_plugin.parameter_checks import above_zero, between, one_of


class HiddenMixing(FromParams):
    """
    Mixes the vector of each word in a batch of training with that of another word, and their labels in the same way
    (LADA: Chen et al. 2020, "Local Additivity Based Data Augmentation for Semi-supervised NER"). The paper of SeqMix
    replaces a mixed vector by the nearest word; here it is used as it is.

    The vectors are those of the encoder's last layer, from which the tag projection computes the logits, while LADA
    mixes inside the encoder. There each word has one vector, whatever its number of pieces, the mask of the sentence
    stays that of its own words, and nothing depends on the architecture of the encoder. λ ~ Beta(α, α) is drawn once
    per batch, and the word itself has the weight max(λ, 1 − λ), as in LADA. All draws are of torch's global generator
    on the CPU, which each training seeds.

    # Parameters

    alpha : `float`, optional (default = `8.0`)
        Parameter α of the distribution Beta(α, α) of λ, above 0; with larger values λ is closer to one half.
    within : `str`, optional (default = `"batch"`)
        Where the other word is taken from. `"batch"`: the same position of another sentence, if that has as many words.
        `"sentence"`: the same sentence, by a random permutation.
    share : `float`, optional (default = `1.0`)
        Probability from 0 to 1 that a batch is mixed; other batches stay as they are.

    # Raises

    `ConfigurationError`
        When a value is out of its range or none of these.
    """

    def __init__(self, alpha: float = 8.0, within: str = "batch", share: float = 1.0) -> None:
        self.alpha = above_zero("model.hidden_mixing.alpha", alpha)
        self.within = one_of("model.hidden_mixing.within", within, ("batch", "sentence"))
        self.share = between("model.hidden_mixing.share", share, 0, 1)

    def __call__(
        self, vectors: torch.Tensor, tag_distributions: torch.Tensor, mask: torch.Tensor
    ) -> Tuple[torch.Tensor, torch.Tensor]:
        """
        Mixes the words of a batch, or returns it as it is.

        # Parameters

        vectors : `torch.Tensor`
            Vectors of the words. Shape: `(batch_size, num_tokens, dimension)`
        tag_distributions : `torch.Tensor`
            Gold or mixed labels. Shape: `(batch_size, num_tokens, num_tags)`
        mask : `torch.BoolTensor`
            True for real words, padded on the right. Shape: `(batch_size, num_tokens)`

        # Returns

        `Tuple[torch.Tensor, torch.Tensor]`
            Mixed vectors and labels, of the same shapes.
        """
        if float(torch.rand(())) >= self.share:
            return vectors, tag_distributions
        lam = float(torch.distributions.Beta(self.alpha, self.alpha).sample())
        if self.within == "batch":
            partners = partners_in_batch(mask, torch.randperm(len(mask)).to(mask.device))
        else:
            partners = partners_in_sentence(mask, torch.rand(mask.shape).to(mask.device))
        mixed = (mix_with_partners(values, partners, max(lam, 1 - lam)) for values in (vectors, tag_distributions))
        return next(mixed), next(mixed)
