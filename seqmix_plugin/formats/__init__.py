"""Annotation tools' files: questions out; answers collected, checked and resolved."""

from seqmix_plugin.formats.annotation_format import AnnotationFormat, ReadSettings
from seqmix_plugin.formats.answer import Answer
from seqmix_plugin.formats.columns import ColumnsFormat
from seqmix_plugin.formats.doccano import DoccanoFormat
from seqmix_plugin.formats.jsonl import JsonlFormat, write_answers
from seqmix_plugin.formats.label_studio import LabelStudioFormat
from seqmix_plugin.formats.labels import check_labels, entity_types, labels_of_run
from seqmix_plugin.formats.prodigy import ProdigyFormat
from seqmix_plugin.formats.questions import Question, read_questions, write_questions
from seqmix_plugin.formats.resolve import Answers
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.tag_schemes import Span
