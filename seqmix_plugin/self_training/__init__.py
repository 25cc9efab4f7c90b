"""Learning from the unlabelled pool: who gives it soft labels, and which of them a round's model is trained on."""

from seqmix_plugin.self_training.file_labels import FileLabels
from seqmix_plugin.self_training.pseudo_labels import PseudoLabels
from seqmix_plugin.self_training.self_training import NoSelfTraining, SelfTraining, Teacher
