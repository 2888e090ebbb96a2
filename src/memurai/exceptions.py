"""Everything memurai raises.

MemuraiError
 +- SettingsError           the data of a host asks for something impossible
 +- ConfigurationError      a value cannot be said in the configuration language
"""

from collections.abc import Sequence


class MemuraiError(Exception):
    """Base of everything memurai raises."""


class SettingsError(MemuraiError):
    """List every problem in the data of one host.

    host_name: the host whose data it is.
    problems: one sentence each: the key, what was expected, what was found.
    """

    def __init__(self, host_name: str, problems: Sequence[str]) -> None:
        self.host_name = host_name
        self.problems = tuple(problems)
        lines = "".join(f"\n - {problem}" for problem in self.problems)
        super().__init__(f"{host_name}: the settings have {len(self.problems)} problem(s):{lines}")


class ConfigurationError(MemuraiError):
    """Say which value cannot be written into, or read from, a configuration."""
