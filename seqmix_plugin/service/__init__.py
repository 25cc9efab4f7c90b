"""Machine-learning back-end for Label Studio: predictions, and annotations stored as they arrive."""

from seqmix_plugin.service.credentials import Credentials, read_credentials
from seqmix_plugin.service.model_holder import ModelHolder
from seqmix_plugin.service.service import Service

__all__ = ["Credentials", "ModelHolder", "Service", "read_credentials"]
