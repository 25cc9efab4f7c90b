"""A project's labelling configuration beside what the run needs."""

from typing import Dict, List, Sequence
from xml.parsers import expat


class _EntityError(ValueError):
    """Nobody's labelling configuration has any."""


def misfits(config: str, labels: Sequence[str]) -> List[str]:
    """
    In what a labelling configuration is not what `labelling_config` makes: its annotations could not be read, or
    predictions not shown.

    # Parameters

    config : `str`
        XML.
    labels : `Sequence[str]`
        The run's entity types.
    """
    tags: Dict[str, List[Dict[str, str]]] = {}
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: tags.setdefault(name, []).append(attributes)
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(config.encode("utf-8", "replace"), True)
    except (_EntityError, expat.ExpatError):
        return ["it cannot be read"]
    found = []
    controls = [tag for tag in tags.get("Labels", []) if tag.get("name") == "label"]
    if [tag.get("toName") for tag in controls] != ["text"]:
        found.append("there is no Labels with name 'label' and toName 'text'")
    texts = [tag for tag in tags.get("Text", []) if tag.get("name") == "text"]
    if [tag.get("value") for tag in texts] != ["$text"]:
        found.append("there is no Text with name 'text' and value '$text'")
    given = {tag.get("value") for tag in tags.get("Label", [])}
    missing = [label for label in labels if label not in given]
    unknown = sorted(str(label) for label in given - set(labels))
    found += [f"it lacks the labels {', '.join(missing)}"] if missing else []
    found += [f"the model does not know the labels {', '.join(unknown)}"] if unknown else []
    return found


def _refuse(*_: object) -> None:
    raise _EntityError
