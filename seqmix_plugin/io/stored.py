"""Bases of frozen models of JSON files that a run writes and others may have changed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seqmix_plugin.errors import quoted

Number = Annotated[float, Field(allow_inf_nan=False)]


class Stored(BaseModel):
    """Base of models of a run's files, which may have an untrusted origin: types are strict."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Known(Stored):
    """Base of lines of which the keys that are read are checked; others are kept."""

    model_config = ConfigDict(extra="allow")


def first_problem(error: ValidationError) -> str:
    """The first mismatch of plain data with a model, by its path: `queried.0 is 1; expected a valid string`."""
    first = error.errors(include_url=False)[0]
    path = ".".join(map(str, first["loc"]))
    if first["type"].startswith("missing"):
        return f"{path} is missing"
    expected = first["msg"].replace("Input should be", "expected").removeprefix("Value error, ")
    return f"{path} is {quoted(first['input'])}; {expected}"
