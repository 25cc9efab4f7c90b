"""The files of a new project: how they are read, whether they are valid, and what is in them."""

from typing import Dict, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.commands.given_types import check_given_types
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence_files.detection import Contents, find_layout, is_read_alike, read_file, repaired
from seqmix_plugin.sentence_files.layout import Layout

FEWEST = 50
"""Sentences of a training file; the pool is also the text that the language model is fitted to."""


WITH_ENDS = ("BIOES", "BIOUL")
"""Schemes that no file of another scheme is taken for."""


class Corpora(NamedTuple):
    """
    The paths of `train` and, where they exist, `dev` and `test`, by these names; the layout of the training file and
    that of the others; what each file has, by its name.
    """

    files: Dict[str, str]
    layout: Layout
    labelled_layout: Layout
    contents: Dict[str, Contents]

    @property
    def types(self) -> Tuple[str, ...]:
        """The entity types of all files, sorted."""
        return tuple(sorted({label for contents in self.contents.values() for label in contents.types}))

    def described(self) -> str:
        """What was found in the files, a line each."""
        rows = [(self.files[name], contents, self._layout(name)) for name, contents in self.contents.items()]
        return "\n".join(f"{path}: {contents.sentences:,} sentences, {described(one)}" for path, contents, one in rows)

    def _layout(self, name: str) -> Layout:
        return self.layout if name == "train" else self.labelled_layout


def described(layout: Layout) -> str:
    """A layout in words."""
    if layout.format == "text":
        return "plain text"
    columns = "" if layout.tag_column == -1 else f" in column {layout.tag_column}"
    tags = f"{layout.scheme} tags{columns}" if layout.labelled else "without tags"
    if layout.format == "jsonl" and not layout.labelled:
        tags = "without 'tags' such as B-PER"
    return f"{layout.format}, {tags}"


def read_corpora(path: str, layout: Layout, splits: Dict[str, str], annotate: bool) -> Corpora:
    """
    Reads all files. A `ConfigurationError` names the file and the line that is wrong; tags that are invalid only in
    their order are repaired, with a warning.
    """
    layout = layout._replace(labelled=layout.labelled and not annotate)
    layouts = {path: layout, **{split: find_layout(split) for split in splits.values()}}
    for name, split in splits.items():
        if not layouts[split].labelled:
            raise ConfigurationError(f"--{name} is {split}, {described(layouts[split])}; expected a file with labels")
    labelled = _labelled(layouts) or Layout("columns" if layout.format == "text" else layout.format)
    _check_formats(splits, layouts)
    columns = _columns(layouts)
    labelled, layout = labelled.with_columns(columns), layout.with_columns(columns)
    files = {"train": path, **splits}
    for one in (one for one, found in layouts.items() if found.labelled):
        _, error = repaired(one, labelled._replace(format=layouts[one].format))
        if error is not None:
            show(f"warning: {error}; such tags are repaired as conlleval reads them, by repair_tags")
            labelled = labelled._replace(repair=True)
    layout = layout if annotate else labelled._replace(format=layout.format)
    contents = {name: read_file(one, layout if name == "train" else labelled) for name, one in files.items()}
    number = contents["train"].sentences
    if number < FEWEST:
        raise ConfigurationError(f"{path}: {number} sentences; expected at least {FEWEST}, from which some are queried")
    return Corpora(files, layout, labelled, contents)


def _labelled(layouts: Dict[str, Layout]) -> Optional[Layout]:
    """The layout of labelled files, if there are any: of the first, in the format of the last; one scheme is set."""
    files = [(path, one) for path, one in layouts.items() if one.labelled]
    if not files:
        return None
    _, last = files[-1]
    if len({one.scheme for _, one in files}) > 1:  # a file of nothing but O has no scheme of its own
        files = [file for file in files if _has_entities(*file)] or files
    (_, first), *rest = files
    for path, one in rest:
        differ = one.scheme != first.scheme
        if differ and (one.format != first.format or {one.scheme, first.scheme} & set(WITH_ENDS)):
            raise ConfigurationError(
                f"{path}: the tags are {one.scheme}; expected {first.scheme}, as in the other files"
            )
    # In the same format the reader names the line of a strange tag.
    return first._replace(format=last.format)


def _has_entities(path: str, layout: Layout) -> bool:
    """Whether a labelled file has any tag but O."""
    return bool(read_file(path, layout._replace(repair=True)).types)


def _check_formats(splits: Dict[str, str], layouts: Dict[str, Layout]) -> None:
    """Raises a `ConfigurationError` for splits in two formats, which one reader reads."""
    formats = [layouts[split].format for split in splits.values()]
    if len(set(formats)) > 1:
        paths = list(splits.values())
        raise ConfigurationError(f"{paths[1]}: is {formats[1]}; expected {formats[0]}, as {paths[0]}")


def _columns(layouts: Dict[str, Layout]) -> Layout:
    """A layout with whose columns of words and tags all files of columns are read as they are one by one."""
    files = sorted(
        ((path, one) for path, one in layouts.items() if one.format == "columns"), key=lambda file: not file[1].labelled
    )
    for _, choice in files:
        if all(is_read_alike(path, one, one.with_columns(choice)) for path, one in files):
            return choice
    if not files:
        return Layout("columns")
    (first, expected), *rest = files
    path, found = next(file for file in rest if not is_read_alike(*file, file[1].with_columns(expected)))
    raise ConfigurationError(f"{path}: {_places(found)}; expected {_places(expected)}, as in {first}")


def _places(layout: Layout) -> str:
    """The columns of a layout in words."""
    words = f"words in column {layout.token_column}"
    tags = "the last column" if layout.tag_column == -1 else f"column {layout.tag_column}"
    return f"{words}, tags in {tags}" if layout.labelled else words


def check_labels(given: Optional[Sequence[str]], corpora: Corpora) -> Tuple[str, ...]:
    """The entity types that are given, or those of the files; a `ConfigurationError` if they do not fit together."""
    if given is None:
        return corpora.types
    types = tuple(dict.fromkeys(given))
    check_given_types(types, corpora.types)
    for name, contents in corpora.contents.items():
        strange = [label for label in contents.types if label not in types]
        if strange:
            raise ConfigurationError(
                f"{corpora.files[name]}: has entities of type {strange[0]}; expected --labels with all types: "
                f"{' '.join(corpora.types)}"
            )
    return types
