"""Where secrets come from, and how they stay out of sight.

A secret is named in the inventory by its source, is looked up as late as possible, and travels as
pyinfra's HiddenValue, which prints as a mask everywhere. Sources are:

    env:NAME        an environment variable of the control node
    file:PATH       a file of the control node that only its owner can read; one newline at the end is cut
    cmd:COMMAND     what a program prints, e.g. a vault's; one newline at the end is cut
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

from pyinfra.api import HiddenValue

from winfra.exceptions import SecretError

MASK = "<secret>"
SOURCES = "env:NAME, file:PATH or cmd:COMMAND"
# A value shorter than this is no secret anyone can keep, and replacing it would garble ordinary words.
SHORTEST_SCRUBBED = 4
# Of a SecureString, in characters of UTF-16.
# https://learn.microsoft.com/dotnet/api/system.security.securestring
LONGEST_SECRET = 65_536
COMMAND_TIMEOUT_SECONDS = 30
ACCESS_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO

# What files and commands gave in this process: the secret, or what was wrong, also that only once. A command may ask a
# vault that takes seconds, counts its readers or wants a person to confirm, and every host and task asks again; a file
# that changes during a run must not give two tasks different passwords.
_outcomes: dict[str, HiddenValue | str] = {}
# pyinfra works on many hosts at once: the others wait for the first one's answer instead of asking too.
_asking = threading.Lock()


def hidden(value: str) -> HiddenValue:
    """Wrap a secret so that it prints as `<secret>`."""
    return HiddenValue(value, masked_value=MASK)


def is_source(text: str) -> bool:
    """Return whether a text has the form of a source; nothing is looked up."""
    kind, _, rest = text.partition(":")
    if kind == "env":
        return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest) is not None
    if kind == "cmd":
        return bool(_words(rest))
    return kind == "file" and bool(rest.strip()) and rest.isprintable()


def runs_command(source: str) -> bool:
    """Return whether looking a source up runs a program."""
    return source.startswith("cmd:")


def resolve(source: str | HiddenValue, *, what: str) -> HiddenValue:
    """Return the secret that a source names.

    source: a HiddenValue, which is the secret itself, or a source. Files and commands are asked once in a process.
    what: what the secret is for, for the error, e.g. `winrm_password of @winrm/cache1`.

    Raises SecretError when the source is of no known form or gives nothing.
    """
    outcome = _secret_itself(source) if isinstance(source, HiddenValue) else _look_up(source)
    if isinstance(outcome, str):
        raise SecretError(f"{what}: {outcome}")
    return outcome


def _secret_itself(secret: HiddenValue) -> HiddenValue | str:
    return secret if secret.unmask() else _missing("a value that is not empty")


def _look_up(source: str) -> HiddenValue | str:
    """Return the secret, or what is wrong."""
    if not is_source(source):
        return (
            f"expected a source like {SOURCES}, found something else (not shown: it may be the secret itself). Put the "
            "secret into an environment variable or a file and write its source."
        )
    kind, _, rest = source.partition(":")
    if kind == "env":
        value = os.environ.get(rest)
        return hidden(value) if value else _missing(f"the environment variable {rest} to be set")
    with _asking:
        if source not in _outcomes:
            _outcomes[source] = _from_file(rest) if kind == "file" else _from_command(rest)
        return _outcomes[source]


def _missing(expected: str) -> str:
    return f"expected {expected}, found nothing. Set it and run again."


def _from_file(name: str) -> HiddenValue | str:
    try:
        path = Path(name).expanduser()
        # Before it is opened: opening a pipe would wait for its writer.
        if not path.is_file():
            return f"expected the secret in the file {path} of this machine, found no file there. Create it, mode 600."
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read()
    except (OSError, RuntimeError) as error:
        # A RuntimeError: `~` of somebody who has no home folder.
        return f"expected to read the file {name}, found an error: {error}. Correct its path or who may read it."
    if mode & ACCESS_OF_OTHERS:
        return (
            f"expected a file that only its owner can read, found mode {mode:o} at {path}. Run `chmod 600 "
            f"{shlex.quote(str(path))}`, and replace the secret if others may have read it."
        )
    return _value(content) or f"expected a secret as UTF-8 text in the file {path}, found none. Write it there."


def _from_command(line: str) -> HiddenValue | str:
    words = _words(line)
    # The other words may hold a token; what the program prints, the secret.
    command = f"the command of this source ({words[0]})"
    seconds = COMMAND_TIMEOUT_SECONDS
    try:
        finished = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"expected {command} to end within {seconds} s, found it still running; it was ended. Run it by hand."
    except OSError as error:
        return f"expected to start {command}, found an error: {error.strerror}. Install it or correct the source."
    if finished.returncode:
        return (
            f"expected {command} to succeed, found exit code {finished.returncode} (what it printed is not shown: it "
            "may hold secrets). Run it by hand to see why."
        )
    return _value(finished.stdout) or f"expected {command} to print a secret as UTF-8 text, found none. Run it by hand."


def _words(line: str) -> list[str]:
    """Return a command line's words, none when it can't be read."""
    try:
        words = shlex.split(line)
    except ValueError:
        return []
    return words if words and words[0] and "\0" not in line else []


def _value(content: bytes) -> HiddenValue | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    text = re.sub(r"\r?\n\Z", "", text)
    return hidden(text) if text else None


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return a text with every known secret replaced by `<secret>`, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SCRUBBED:
            text = text.replace(secret, MASK)
    return text


def too_long(text: str) -> str | None:
    """Return what is wrong with a text that no host could hold as a secret, None when one could."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length <= LONGEST_SECRET:
        return None
    return f"expected at most {LONGEST_SECRET} characters, which is what Windows holds as a secret, found {length}"


def hidden_values(value: object) -> set[str]:
    """Collect the secrets inside a value: HiddenValues in mappings, lists and tuples at any depth."""
    if isinstance(value, HiddenValue):
        return {value.unmask()}
    if isinstance(value, dict):
        return {secret for item in value.values() for secret in hidden_values(item)}
    if isinstance(value, list | tuple):
        return {secret for item in value for secret in hidden_values(item)}
    return set()
