"""A configuration as it is read: once, however many ask what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from memurai.config.kinds import Value
from memurai.config.language import Directive, parse
from memurai.config.meaning import Key, normal


@dataclass(frozen=True)
class Document:
    """A configuration; what it says may be secret and is left out of its representation.

    text: as it stands in the file. directives: its lines that say something.
    """

    text: str = field(repr=False)
    directives: tuple[Directive, ...] = field(repr=False, compare=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the document of a text.

        Raises ConfigSyntaxError when it can't be read.
        """
        return cls(text, parse(text))

    @cached_property
    def values(self) -> Mapping[Key, Value]:
        """The effective values, as memurai.config.meaning.normal says them."""
        return normal(self.directives)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The first argument of each directive as it is written; the last of a name counts."""
        return {line.name: line.arguments[0] for line in self.directives if line.arguments}
