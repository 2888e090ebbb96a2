"""Answers of a running server, asked on the host through memurai-cli with the password in its environment only."""

import re
from collections.abc import Sequence
from typing import NamedTuple, cast

from pyinfra.api import HiddenValue
from typing_extensions import TypedDict, override

from memurai.config import quote
from memurai.server import Server
from winfra.call import PowerShellBatch, PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape
from winfra.facts.together import TogetherState
from winfra.secrets import hidden, hidden_values

PONG = "PONG"


@strict_shape
class CommandAnswer(TypedDict):
    """What memurai-cli printed; the exit code is 1 for an error of the server and when it can't be reached."""

    exit_code: int
    output: str
    error_output: str


class Info(PowerShellFact[dict[str, str]]):
    """Read INFO as field: value; empty when the server did not answer it (down, wrong password).

    server: where the server is.
    """

    shape = CommandAnswer

    def command(self, server: Server) -> PowerShellCall:
        """Return the call."""
        return command_call(server, "INFO", reads=True)

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        return info_of(cast("CommandAnswer", super().process(output)))


class Ping(PowerShellFact[str]):
    """Send PING with the password: PONG, or what went wrong instead.

    server: where the server is.
    """

    shape = CommandAnswer

    def command(self, server: Server) -> PowerShellCall:
        """Return the call."""
        return command_call(server, "PING", reads=True)

    @override
    def process(self, output: list[str]) -> str:
        return ping_of(cast("CommandAnswer", super().process(output)))


class RunningConfiguration(PowerShellFact[dict[str, str]]):
    """Read all values of CONFIG GET; empty when the server did not answer them (down, wrong password).

    server: where the server is. config_command: the present name of CONFIG.
    """

    shape = CommandAnswer

    def command(self, server: Server, config_command: HiddenValue) -> PowerShellCall:
        """Return the call."""
        return command_call(server, config_command, "GET", "*", reads=True)

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        return values_of(cast("CommandAnswer", super().process(output)))


class Report(PowerShellFact[dict[str, str]]):
    """Read INFO, and the answer to PING as PING, in one request; without what the server did not answer.

    server: where the server is.
    """

    shape = TogetherState

    def command(self, server: Server) -> PowerShellCall:
        """Return the call."""
        return PowerShellBatch([Info().command(server), Ping().command(server)])

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        info, ping = answers(cast("TogetherState", super().process(output)))
        return {**(info_of(info) if info else {}), **({"PING": ping_of(ping)} if ping else {})}


class Running(TypedDict):
    """What a server says of itself; info, values: of INFO and of CONFIG GET, empty where it did not answer."""

    info: dict[str, str]
    values: dict[str, str]


class RunningServer(PowerShellFact[Running]):
    """Read INFO and all values of CONFIG GET in one request.

    server: where the server is. config_command: the present name of CONFIG; empty when it has none, which is not asked.
    """

    shape = TogetherState

    def command(self, server: Server, config_command: HiddenValue) -> PowerShellCall:
        """Return the call."""
        values = [RunningConfiguration().command(server, config_command)] if config_command.unmask() else []
        return PowerShellBatch([Info().command(server), *values])

    @override
    def process(self, output: list[str]) -> Running:
        info, values = (*answers(cast("TogetherState", super().process(output))), None)[:2]
        return {"info": info_of(info) if info else {}, "values": values_of(values) if values else {}}


class RunningUsers(PowerShellFact[str]):
    """Read ACL LIST, a line for each user; empty when the server did not answer it (down, wrong password).

    server: where the server is. acl_command: the present name of ACL.
    """

    shape = CommandAnswer

    def command(self, server: Server, acl_command: HiddenValue) -> PowerShellCall:
        """Return the call."""
        return command_call(server, acl_command, "LIST", reads=True)

    @override
    def process(self, output: list[str]) -> str:
        answer = cast("CommandAnswer", super().process(output))
        return "\n".join(line for line in answer["output"].splitlines() if line.startswith("user "))


class CategoryCommands(PowerShellFact[list[str]]):
    """Read the commands of a category, subcommands as `config|get`; none when the server did not answer.

    server: where the server is. acl_command: the present name of ACL. category: without its @.
    """

    shape = CommandAnswer

    def command(self, server: Server, acl_command: HiddenValue, category: str) -> PowerShellCall:
        """Return the call."""
        return command_call(server, acl_command, "CAT", category, reads=True)

    @override
    def process(self, output: list[str]) -> list[str]:
        return cast("CommandAnswer", super().process(output))["output"].split()


class Answered(NamedTuple):
    """What a command was answered, None for an error; reason: what went wrong instead, empty where nothing did."""

    text: str | None
    reason: str


class Answers(PowerShellFact[list[Answered]]):
    """Send commands that change nothing in one request; what each was answered.

    server: where the server is. commands: the words of each.
    """

    shape = TogetherState

    def command(self, server: Server, commands: Sequence[Sequence[str]]) -> PowerShellCall:
        """Return the call."""
        return PowerShellBatch([command_call(server, *words, reads=True) for words in commands])

    @override
    def process(self, output: list[str]) -> list[Answered]:
        state = cast("TogetherState", super().process(output))
        found = zip(answers(state), (item["problem"] for item in state["answers"]), strict=True)
        return [answered(answer) if answer else Answered(None, problem or "") for answer, problem in found]


def command_call(server: Server, *arguments: str | HiddenValue, reads: bool = False) -> PowerShellCall:
    """Return the call that sends one command to a server; with a secret in it, it stays off the command line.

    reads: whether the command changes nothing.
    """
    parameters: dict[str, object] = {"Server": server.on_wire()}
    if not hidden_values(list(arguments)):
        return PowerShellCall("Invoke-MemuraiCommand", {**parameters, "Arguments": list(arguments)}, reads=reads)
    words = [word.unmask() if isinstance(word, HiddenValue) else word for word in arguments]
    line = hidden(" ".join(quote(word) for word in words))
    return PowerShellCall(
        "Invoke-MemuraiCommand", {**parameters, "SecretCommand": line}, confidential=True, reads=reads
    )


def answers(state: TogetherState) -> list[CommandAnswer | None]:
    """Return what commands that were sent together were answered, None for one that could not be sent."""
    return [cast("CommandAnswer | None", item["answer"]) for item in state["answers"]]


def answered(answer: CommandAnswer) -> Answered:
    """Return what a command was answered, or the server's or memurai-cli's error."""
    if answer["exit_code"] == 0:
        return Answered(answer["output"], "")
    return Answered(None, f"{answer['output'].strip()} {answer['error_output'].strip()}".strip() or "no answer")


def info_of(answer: CommandAnswer) -> dict[str, str]:
    """Return the fields that INFO was answered, none for an error."""
    return parse_info(answer["output"]) if answer["exit_code"] == 0 else {}


def ping_of(answer: CommandAnswer) -> str:
    """Return what PING was answered, as one line."""
    return " ".join(f"{answer['output']} {answer['error_output']}".split())


def values_of(answer: CommandAnswer) -> dict[str, str]:
    """Return the directives and values that CONFIG GET was answered, none for an error."""
    # Names and values alternate, in an order of the server's own; the last value may be empty, and so the last line. A
    # value with a line break in it would not be one that a file can hold.
    lines = re.split(r"\r?\n", answer["output"])
    is_error = " " in lines[0]  # no directive's name has a blank, and every error has one
    return {} if is_error or len(lines) == 1 else dict(zip(lines[::2], lines[1::2], strict=False))


def parse_info(text: str) -> dict[str, str]:
    """Return the fields of an INFO answer; its lines are `field:value`, empty, or `# Section`."""
    pairs = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {field: value for field, colon, value in pairs if colon}
