"""The annotation back-end: predictions for Label Studio, and its annotations written down as they arrive."""

from seqmix_plugin.service.credentials import Credentials, read_credentials
from seqmix_plugin.service.service import Service
from seqmix_plugin.service.tagging import ModelHolder

__all__ = ["Credentials", "ModelHolder", "Service", "read_credentials"]
