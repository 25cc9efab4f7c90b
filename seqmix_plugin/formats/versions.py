"""Which version of an annotation is the newest: by the tool's times, in each installation of the tool."""

from datetime import UTC, datetime
from typing import Dict, List, Optional, Sequence, Set, Tuple

from seqmix_plugin.formats.answer import RawAnswer

Moment = Tuple[int, float, str]
"""A time for sorting: seconds since 1970 or, for a date that cannot be parsed, text; `NEVER` has neither."""
NEVER: Moment = (2, 0.0, "")
"""The time of an answer without one."""


def moment(value: object) -> Moment:
    """A tool's time for sorting: a number of seconds, or a date, in UTC unless it has a time zone."""
    if isinstance(value, (int, float)) and abs(value) < 1e18:
        return 0, float(value), ""
    if not isinstance(value, str):
        return NEVER
    date = utc(value)
    return (1, 0.0, value) if date is None else (0, date.timestamp(), "")


def utc(value: str) -> Optional[datetime]:
    """A tool's date in UTC, which is assumed where it has no time zone; `None` when it cannot be parsed."""
    try:
        date = datetime.fromisoformat(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def installations_of(files: Sequence[Sequence[RawAnswer]]) -> List[int]:
    """
    The installation of the tool that each file is of, as far as is known: each numbers its annotations and users from
    1, and so a number whose annotation was made at another time in another file tells that they are of two.
    """
    installations: List[Dict[str, Set[datetime]]] = [{}]
    found = []
    for file in files:
        dates = _dates(file)
        fits = [all(known.get(name, one) & one for name, one in dates.items()) for known in installations]
        found.append((*fits, True).index(True))
        if found[-1] == len(installations):
            installations.append({})
        for name, one in dates.items():
            installations[found[-1]].setdefault(name, set()).update(one)
    return found


def _dates(file: Sequence[RawAnswer]) -> Dict[str, Set[datetime]]:
    """When each annotation was made, without fractions of a second, of which some exports have fewer digits."""
    dates: Dict[str, Set[datetime]] = {}
    for raw in file:
        date = utc(raw.created) if isinstance(raw.created, str) else None
        if raw.annotation is not None and date is not None:
            dates.setdefault(raw.annotation, set()).add(date.replace(microsecond=0))
    return dates


def newest_of(found: Sequence[Tuple[int, RawAnswer]], installations: Sequence[int], order: int) -> Set[int]:
    """
    The numbers of answers that no later version replaces or withdraws, when files are read in this `order`, 1 or -1;
    those of no named annotation all count. Answers without a name are in the order of their lines where some of a
    sentence have no time.
    """
    untimed = {raw.sentence_id for _, raw in found if raw.is_final and moment(raw.time) == NEVER}
    latest: Dict[Tuple[int, str, Optional[str]], Tuple[Moment, int, int]] = {}
    for number, (file, raw) in enumerate(found):
        if raw.annotation is not None:
            key = installations[file], raw.annotation, raw.sentence_id
            in_lines = raw.is_final and raw.sentence_id in untimed
            version = NEVER if in_lines else moment(raw.time), order * file, number
            latest[key] = max(latest.get(key, version), version)
    newest = {
        version[-1]
        for (installation, name, _), version in latest.items()
        if version >= latest.get((installation, name, None), version)
    }
    return newest | {number for number, (_, raw) in enumerate(found) if raw.annotation is None}
