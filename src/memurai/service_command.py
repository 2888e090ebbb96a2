"""The command line of a service of Memurai: which program runs on which configuration."""

import ntpath
import re
from dataclasses import dataclass

from memurai.exceptions import ServiceCommandError
from winfra.operations.services import program_of

WORD = re.compile(r'\s*(?:"([^"]*)"|([^\s"]+))(?=\s|$)')
CONFIGURATION_ENDING = ".conf"
# https://docs.memurai.com/en/server-roles: the option, or a program of that name.
SENTINEL_OPTION, SENTINEL_PROGRAM = "--sentinel", "memurai-sentinel.exe"
FLAGS = ("--service-run", SENTINEL_OPTION)
NAMING_OPTION = "--service-name"
# Which folder that is, only the host knows.
VARIABLE = re.compile(r"%[^%]+%")


@dataclass(frozen=True)
class ServiceCommand:
    """What a service starts.

    program, configuration: absolute paths as they are written. is_sentinel: whether the program is a Sentinel.
    """

    program: str
    configuration: str
    is_sentinel: bool

    @property
    def folder(self) -> str:
        """The folder of the program, in which it runs."""
        return ntpath.dirname(self.program)

    @classmethod
    def of(cls, image_path: str) -> "ServiceCommand":
        """Return what the command line of a service says.

        Raises ServiceCommandError, which never shows a word that may be a secret, when it says anything else than a
        program, its configuration and the options of a service: other options override the configuration.
        """
        program = program_of(image_path)
        words = _words(image_path[image_path.find(program) + len(program) :].removeprefix('"'))
        flags, configurations, position = set[str](), list[str](), 0
        while position < len(words):
            word = words[position]
            if word.lower() == NAMING_OPTION:
                position += 1
            elif word.lower() in FLAGS:
                flags.add(word.lower())
            elif word.lower().endswith(CONFIGURATION_ENDING):
                configurations.append(word)
            else:
                raise ServiceCommandError(_unknown(word))
            position += 1
        return cls(program, _configuration(program, configurations), _is_sentinel(program, flags))


def _words(text: str) -> list[str]:
    words, position = [], 0
    while text[position:].strip():
        match = WORD.match(text, position)
        if match is None:
            raise ServiceCommandError("quotes that do not stand around whole words")
        words.append(match[1] if match[1] is not None else match[2])
        position = match.end()
    return words


def _configuration(program: str, found: list[str]) -> str:
    if not found:
        raise ServiceCommandError("no configuration (*.conf) on its command line")
    for path in (program, *found):
        if VARIABLE.search(path) or not ntpath.isabs(path) or not ntpath.splitdrive(path)[0]:
            raise ServiceCommandError("a path that is not absolute on its command line")
    if len(found) > 1:
        raise ServiceCommandError("more than one configuration (*.conf) on its command line")
    return found[0]


def _is_sentinel(program: str, flags: set[str]) -> bool:
    return SENTINEL_OPTION in flags or ntpath.basename(program).lower() == SENTINEL_PROGRAM


def _unknown(word: str) -> str:
    # An option's value may be a password.
    shown = f"the option {word}" if re.fullmatch(r"--[a-z-]+", word) else "a word that is no option (not shown)"
    return f"{shown} on its command line, which may override the configuration"
