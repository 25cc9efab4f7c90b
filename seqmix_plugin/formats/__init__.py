"""Annotation tools' files: questions out, answers in."""

from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answers import Answers, ReadSettings
from seqmix_plugin.formats.columns import ColumnsFormat
from seqmix_plugin.formats.doccano import DoccanoFormat
from seqmix_plugin.formats.jsonl import JsonlFormat, write_answers
from seqmix_plugin.formats.label_studio import LabelStudioFormat
from seqmix_plugin.formats.labels import check_labels, entity_types, labels_of_run
from seqmix_plugin.formats.prodigy import ProdigyFormat
from seqmix_plugin.formats.question import Answer, Question, Span, read_questions, write_questions
from seqmix_plugin.formats.round_files import read_answers

__all__ = [
    "AnnotationFormat",
    "Answer",
    "Answers",
    "ColumnsFormat",
    "DoccanoFormat",
    "JsonlFormat",
    "LabelStudioFormat",
    "ProdigyFormat",
    "Question",
    "ReadSettings",
    "Span",
    "check_labels",
    "entity_types",
    "labels_of_run",
    "read_answers",
    "read_questions",
    "write_answers",
    "write_questions",
]
