"""The terminal annotator: what is labelled, how it is stored, how it is drawn, and what the keys do."""

from seqmix_plugin.annotator.answer_file import AnswerFile, Labelling
from seqmix_plugin.annotator.keyboard import Keyboard
from seqmix_plugin.annotator.session import AnnotationSession
from seqmix_plugin.annotator.terminal import annotate_in_terminal, check_terminal

__all__ = ["AnnotationSession", "AnswerFile", "Keyboard", "Labelling", "annotate_in_terminal", "check_terminal"]
