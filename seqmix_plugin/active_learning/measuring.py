"""F1 of a model on labelled sentences."""

from typing import Dict, Sequence, Tuple

import torch

from seqmix_plugin.data import InMemoryLoader
from seqmix_plugin.metrics import EntityF1
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.models.inference import inference
from seqmix_plugin.progress import progress_bar
from seqmix_plugin.sentence import TaggedSentence


def measured(
    model: SequenceTagger,
    loader: InMemoryLoader,
    device: torch.device,
    owners: Sequence[Tuple[str, TaggedSentence]],
    description: str,
) -> Dict[str, Dict[str, float]]:
    """The metrics of each split; `owners` has the split of each sentence of the loader."""
    metrics = {split: EntityF1() for split, _ in owners}
    loader.set_target_device(device)
    with inference(model):
        for positions, batch in progress_bar(loader.positioned_batches(), desc=description, total=len(loader)):
            batch.pop("metadata")  # its gold tags would be counted by the model's own metric
            output = model(**batch)
            tags = model.decode(output["tag_ids"], output["mask"])
            # A process without a share of the batch has a sentence that does not count.
            for (split, sentence), row in zip([owners[position] for position in positions], tags, strict=False):
                metrics[split]([row], [sentence.tags or ()])
    return {split: metric.get_metric() for split, metric in metrics.items()}
