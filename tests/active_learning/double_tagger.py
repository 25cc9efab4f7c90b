"""A tagger in double precision, so that rounding does not hide what differs."""

from typing import Any

from allennlp.models import Model

from seqmix_plugin.models import SequenceTagger


@Model.register("double_tagger")
class DoubleTagger(SequenceTagger):
    """As `sequence_tagger`."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.double()
