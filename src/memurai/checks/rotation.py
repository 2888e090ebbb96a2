"""Whether a change of the password may take its next step, before anything is touched."""

from collections.abc import Iterator

from pyinfra.api import HiddenValue

from memurai.config import Document
from memurai.config.passwords import Passwords
from memurai.exceptions import ConfigSyntaxError
from memurai.options import DROP_PASSWORD
from winfra.facts.files import TextFileState

OLD = "old"
NEW = "new"


def problems(file: TextFileState | None, path: str, password: HiddenValue, drop: object) -> Iterator[str]:
    """Yield what speaks against the step, one sentence each.

    file: the host's configuration, None when it could not be read. path: where it stands. password: the settings' one.
    drop: what `--data drop_password` says; None when it is not given.
    """
    if file is None:
        yield f"expected to read {path}, found an error (above); nothing was changed"
    else:
        yield from _file_problems(file["content"] or "", path, password, drop)


def drop_problems(drop: object) -> Iterator[str]:
    """Yield what is wrong with `--data drop_password`."""
    if drop not in {None, OLD, NEW}:
        yield f"--data {DROP_PASSWORD}: expected {OLD} or {NEW}, found something else. Nothing was changed."


def _file_problems(text: str, path: str, password: HiddenValue, drop: object) -> Iterator[str]:
    try:
        found = Passwords.of(Document.of(text))
    except ConfigSyntaxError as error:
        yield f"configuration {path}: {error}. Mend or remove that line on the host and run again."
        return
    if found is None:
        yield (
            f"configuration {path}: expected a password of the default user (requirepass), found none, or rules of "
            "another kind (aclfile, user default). Run deploy.py."
        )
        return
    yield from _confusions(found, path, password, drop)


def _confusions(found: Passwords, path: str, password: HiddenValue, drop: object) -> Iterator[str]:
    """Yield why the password that would stay is not the one that the operator means."""
    is_host, is_under_way = password.unmask() == found.host.unmask(), len(found.digests) > 1
    if drop == OLD and is_host and is_under_way:
        yield (
            f"--data {DROP_PASSWORD}={OLD}: expected the settings' source to give the new password, found the old one "
            f"of {path}: the new one would be dropped. Correct the variable, file or command that "
            "memurai_security.password names. To give the change up instead, move all clients back and run with "
            f"--data {DROP_PASSWORD}={NEW}."
        )
    if drop == NEW and not is_host:
        yield (
            f"--data {DROP_PASSWORD}={NEW}: expected the settings' source to give the old password of {path} again, "
            "found another one. Set memurai_security.password's source back first."
        )
