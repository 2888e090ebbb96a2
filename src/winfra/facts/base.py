"""The one shape of facts: call a library function, check the answer's shape, give it with Python's names.

A fact is None only when it could not be read: the functions answer an object for absent things too.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from pyinfra.api import FactBase
from pyinfra.api.exceptions import FactProcessError
from typing_extensions import override

T = TypeVar("T")

# On every shape: a property that this version does not know is an error, not silently dropped.
strict_shape = with_config(ConfigDict(extra="forbid"))


class PowerShellFact(FactBase[T], Generic[T]):
    """A fact from one library function.

    Sub-classes give `command(...) -> PowerShellCall`, and `shape`, the TypedDict of the answer.
    """

    shape: ClassVar[type]

    @override
    def process(self, output: list[str]) -> T:
        answer = snake_keys(json.loads("\n".join(output)))
        try:
            return cast("T", checker(self.shape).validate_python(answer, strict=True))
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False)
            )
            raise FactProcessError(f"{self.name}: the host's answer is not of the expected shape: {wrong}") from None


@cache
def checker(shape: type) -> TypeAdapter[Any]:
    """Return what checks answers of a shape; building it takes longer than a request."""
    return TypeAdapter(shape)


def snake_keys(value: Any) -> Any:
    """Return a JSON value with its PascalCase keys in snake_case, at every depth."""
    if isinstance(value, dict):
        return {snake_case(key): snake_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snake_keys(item) for item in value]
    return value


def snake_case(name: str) -> str:
    """Return a PascalCase name in snake_case: ProcessId -> process_id."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
