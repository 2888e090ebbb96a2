"""Everything memurai raises.

MemuraiError
 +- SettingsError           the data of a host asks for something impossible
 +- SecretFileError         new secrets could not be written into files
 +- MonitoringPackError     the monitoring pack could not be written
 +- ServiceCommandError     the command line of a service does not say what runs there
 +- UnknownServerError      what data a present server has can't be known
 +- UnreadableAnswerError   a server or Sentinel answered something else than it was asked
 +- TopologyError           which member of a set is its primary is not certain, so nothing may be done to it
     +- UnsettledTopologyError   the same, but the Sentinels are about to settle it
 +- ConfigurationError      a value cannot be said in the configuration language
     +- ConfigSyntaxError   a line of a configuration is one that Redis cannot read
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


class SecretFileError(MemuraiError):
    """Say why new secrets were not written; nothing that existed was changed."""


class MonitoringPackError(MemuraiError):
    """Say why the monitoring pack was not written."""


class ServiceCommandError(MemuraiError):
    """Say what was found on the command line of a service instead of a program and its configuration."""


class UnknownServerError(MemuraiError):
    """Say why it can't be known what data a present server has, and what to give."""


class UnreadableAnswerError(MemuraiError):
    """Say what was expected of an answer of a server or Sentinel, and what was found."""


class TopologyError(MemuraiError):
    """Say why a set must not be touched.

    set_name: the set's name. expected, found: what does not fit. answers: what each member said, a line each.
    advice: what to do.
    """

    def __init__(self, set_name: str, expected: str, found: str, answers: Sequence[str], advice: str) -> None:
        self.set_name = set_name
        self.expected = expected
        self.found = found
        self.answers = tuple(answers)
        self.advice = advice
        lines = "".join(f"\n - {answer}" for answer in self.answers)
        super().__init__(f"set {set_name}: expected {expected}, found {found}. {advice}{lines}")


class UnsettledTopologyError(TopologyError):
    """Say what the Sentinels are about to settle: ask again, and stop when a deadline has passed."""


class ConfigurationError(MemuraiError):
    """Say which value cannot be written into, or read from, a configuration."""


class ConfigSyntaxError(ConfigurationError):
    """Say where Redis would stop reading a configuration, never what stands there: it may be a secret.

    what: what was expected and what was found.
    line: number of the line, from 1; None when a single line was read.
    column: number of the character in the line, from 1.
    """

    def __init__(self, what: str, *, line: int | None, column: int) -> None:
        self.what = what
        self.line = line
        self.column = column
        place = f"column {column}" if line is None else f"line {line}, column {column}"
        super().__init__(f"{place}: {what}")
