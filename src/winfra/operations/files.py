"""Files, folders and their access control lists."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jinja2 import TemplateError
from pyinfra import host, logger
from pyinfra.api import FileUploadCommand, HiddenValue, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.util import get_template

from winfra import known_names
from winfra.call import PowerShellCall
from winfra.facts.files import Acl, AclState, DirectoryEntries, Item, ItemState, TextFile
from winfra.operations.shape import (
    converge,
    current_prefix,
    failure,
    is_planning,
    plan_write,
    refuse,
    show_difference,
)
from winfra.redaction import CHANGED, Redaction
from winfra.secrets import MASK, hidden_values
from winfra.security import NAMES, Access, AccessEntry, rights_name

LARGEST_SHOWN_BYTES = 1024 * 1024
# How much of a content may be shown: nothing, where a hash of it could be guessed.
SECRET: Literal["secret"] = "secret"  # noqa: S105 - a word
INHERITANCE_WORDS = {
    0: "this object only",
    1: "this folder and sub-folders",
    2: "this folder and files",
    3: "this folder, sub-folders and files",
}


@operation()
def directory(
    path: str, access: Access | None = None, *, present: bool = True
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a folder exists, with its parents, and who may touch it, or that it does not exist.

    + path: Windows path
    + access: exactly this owner and these entries; left as it is when not given
    + present: False: it is removed, if it is empty

    **Example:**

    .. code:: python

        files.directory(
            name="Data folder", path="C:/ProgramData/Memurai/data",
            access=Access(ADMINISTRATORS, (allow(ADMINISTRATORS, Rights.FULL_CONTROL),)),
        )
    """
    # One question for both: the access list tells the kind too.
    found = host.get_fact(Acl, path=path)
    if found is not None and found["kind"] == "File":
        yield from refuse(f"{path}: expected a folder or nothing, found a file. Move it away and run again.")
        return
    if not present:
        yield from _removal(f"folder {path}", path, None if found is None else found["kind"])
        return
    before = {} if found is None else {"kind": found["kind"], **_acl_values(found, access)}
    yield from converge(
        f"folder {path}",
        None if found is None else before,
        {"kind": "Directory", **_access_values(access)},
        lambda: _directory_commands(path, access, before),
    )


def _directory_commands(
    path: str, access: Access | None, before: Mapping[str, object]
) -> Generator[PyinfraCommand, None, None]:
    if before["kind"] != "Directory":
        yield PowerShellCall("New-WinDirectory", {"Path": path})
    if access is not None and {"kind": before["kind"], **_access_values(access)} != before:
        yield _set_acl(path, access)


@operation()
def absent(path: str) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a file does not exist.

    + path: Windows path

    **Example:**

    .. code:: python

        files.absent(name="No licence", path="C:/Program Files/Memurai/memurai-license.txt")
    """
    found = host.get_fact(Item, path=path)
    if found is not None and found["kind"] == "Directory":
        yield from refuse(f"{path}: expected a file or nothing, found a folder. Move it away and run again.")
        return
    yield from _removal(f"file {path}", path, None if found is None else found["kind"])


def _removal(subject: str, path: str, kind: str | None) -> Generator[PyinfraCommand, None, None]:
    yield from converge(
        subject, None if kind is None else {"kind": kind}, {"kind": "Absent"}, lambda: [_remove(path, recurse=False)]
    )


def _remove(path: str, *, recurse: bool) -> PowerShellCall:
    return PowerShellCall("Remove-WinItem", {"Path": path, "Recurse": recurse})


@operation()
def cleared(path: str, names: Sequence[str]) -> Generator[PyinfraCommand, None, None]:
    """Ensure that what is known by its name is gone from a folder, and the folder too when it is empty then.

    What bears another name stays, and the plan says so.

    + path: Windows path of the folder
    + names: what is removed, as winfra.known_names has it

    **Example:**

    .. code:: python

        files.cleared(name="No data", path="C:/ProgramData/Memurai/data", names=["dump.rdb", "appendonlydir/*.aof"])
    """
    item = host.get_fact(Item, path=path)
    if item is not None and item["kind"] == "File":
        yield from refuse(f"{path}: expected a folder or nothing, found a file. Move it away and run again.")
        return
    found = None if item is None else _Clearing() if item["kind"] == "Absent" else _clearing(path, names)
    if found is None:
        yield failure(f"folder {path}: what is in it could not be read, so nothing was changed")
        return
    if found.stays and is_planning():
        logger.warning(
            f"{current_prefix()}folder {path} stays with what is not known by its name: {', '.join(found.stays)}"
        )
    yield from converge(
        f"folder {path}",
        {"known": [f"{item.kind} {item.path}" for item in found.removals]},
        {"known": []},
        lambda: [_remove(item.path, recurse=item.recurse) for item in found.removals],
    )


@dataclass(frozen=True)
class _Removal:
    path: str
    kind: Literal["file", "folder"]
    recurse: bool = False


@dataclass
class _Clearing:
    """What is removed, the innermost first, and the names of what stays."""

    removals: list[_Removal] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


def _clearing(folder: str, names: Sequence[str]) -> _Clearing | None:
    """Return what is removed of a folder that is there; None when it could not be read."""
    found = host.get_fact(DirectoryEntries, path=folder)
    if found is None:
        return None
    clearing = _Clearing(stays=[] if found["is_complete"] else ["more than a thousand things"])
    for entry in found["entries"]:
        path, below = f"{folder}/{entry['name']}", known_names.below(entry, names)
        if not known_names.is_known(entry, names):
            clearing.stays.append(entry["name"])
        elif entry["kind"] == "File" or known_names.is_whole(below):
            is_file = entry["kind"] == "File"
            clearing.removals.append(_Removal(path, "file" if is_file else "folder", recurse=not is_file))
        elif (inner := _clearing(path, below)) is None:
            return None
        else:
            clearing.removals += inner.removals
            clearing.stays += [f"{entry['name']}/{name}" for name in inner.stays]
    if not clearing.stays:
        clearing.removals.append(_Removal(folder, "folder"))
    return clearing


@operation()
def acl(path: str, access: Access) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a file or folder has exactly this owner and these access entries, and no others.

    + path: Windows path
    + access: owner, all explicit entries, and whether entries of the parent folder apply too

    **Example:**

    .. code:: python

        files.acl(
            name="Only administrators read the log", path="C:/ProgramData/Memurai/install/install.log",
            access=Access(ADMINISTRATORS, (AccessEntry(ADMINISTRATORS, Rights.FULL_CONTROL),)),
        )
    """
    found = host.get_fact(Acl, path=path)
    yield from converge(
        f"access to {path}",
        None if found is None else _acl_values(found, access),
        _access_values(access),
        lambda: [_set_acl(path, access)],
    )


def _set_acl(path: str, access: Access) -> PowerShellCall:
    return PowerShellCall(
        "Set-WinAcl",
        {
            "Path": path,
            "OwnerSid": access.owner,
            "InheritanceEnabled": access.inheritance,
            "Entries": [_wire_entry(entry) for entry in sorted(access.entries)],
        },
    )


def _access_values(access: Access | None) -> dict[str, object]:
    if access is None:
        return {}
    entries = sorted(_entry_text(entry) for entry in access.entries)
    return {"owner": _owner_text(access.owner), "inheritance": access.inheritance, "entry": entries}


def explicit_entries(found: AclState) -> list[AccessEntry]:
    """Return the entries that a file or folder has of its own, not from the folders around it."""
    return [_found_entry(entry) for entry in found["entries"] if not entry["inherited"]]


def _acl_values(found: AclState, access: Access | None) -> dict[str, object]:
    if access is None:
        return {}
    desired = {entry: _entry_text(entry) for entry in access.entries}
    # The same entry reads the same on both sides, whatever its name is on this host.
    texts = sorted(desired.get(entry) or _entry_text(entry) for entry in explicit_entries(found))
    return {"owner": _owner_text(found["owner_sid"]), "inheritance": found["inheritance_enabled"], "entry": texts}


def _owner_text(sid: str | None) -> str | None:
    return NAMES.get(sid, sid) if sid else None


def _found_entry(entry: Mapping[str, Any]) -> AccessEntry:
    return AccessEntry(
        entry["sid"],
        entry["rights"],
        entry["type"],
        entry["inheritance_flags"],
        entry["propagation_flags"],
        label=NAMES.get(entry["sid"]) or entry["name"],
    )


def _entry_text(entry: AccessEntry) -> str:
    scope = INHERITANCE_WORDS[entry.inheritance_flags]
    limit = f", propagation {entry.propagation_flags}" if entry.propagation_flags else ""
    # The SID is always there: entries are compared by these texts, and names are not unique.
    whom = f"{entry.label} ({entry.sid})" if entry.label else entry.sid
    return f"{entry.type} {whom} {rights_name(entry.rights)} ({scope}{limit})"


def _wire_entry(entry: AccessEntry) -> dict[str, object]:
    return {
        "Sid": entry.sid,
        "Type": entry.type,
        "Rights": entry.rights,
        "InheritanceFlags": entry.inheritance_flags,
        "PropagationFlags": entry.propagation_flags,
    }


@operation()
def put(
    source: str | Path | bytes | HiddenValue, path: str, keep_previous: bool = False, confidential: bool = False
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a file has exactly this content, compared by SHA-256.

    + source: local file, or the content itself; a HiddenValue is a text of which not even the size is shown
    + path: Windows path; its folder must exist
    + keep_previous: keep the content that is replaced as `<path>.previous`
    + confidential: show sizes and hashes under `--diff`, not the content

    **Example:**

    .. code:: python

        files.put(
            name="Licence", source="licences/memurai.txt", path="C:/Program Files/Memurai/memurai-license.txt",
            confidential=True,
        )
    """
    if isinstance(source, HiddenValue):
        yield from _write(path, source.unmask().encode(), keep_previous=keep_previous, redaction=SECRET)
        return
    if not isinstance(source, bytes) and not Path(source).is_file():
        yield from refuse(f"{path}: expected the local file {source}, found none. Put it there and run again.")
        return
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    redaction = None if confidential else Redaction()
    yield from _write(path, content, keep_previous=keep_previous, redaction=redaction)


@operation()
def template(  # noqa: PLR0913  # each is one thing an operator may say of a template
    source: str,
    path: str,
    *,
    data: Mapping[str, object],
    keep_previous: bool = False,
    secret_keys: Sequence[str] = (),
    newline: str = "\r\n",
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a file has the content that a Jinja2 template gives.

    + source: local template
    + path: Windows path; its folder must exist
    + data: the template's variables; HiddenValues are revealed to the template only, and redacted in differences
    + keep_previous: keep the content that is replaced as `<path>.previous`
    + secret_keys: first words of lines that `--diff` must not show; for secrets that only the host still knows
    + newline: line ending of the file

    **Example:**

    .. code:: python

        files.template(
            name="Configuration", source="templates/memurai.conf.j2", path="C:/ProgramData/Memurai/config/memurai.conf",
            data={"password": password}, secret_keys=["requirepass"],
        )
    """
    try:
        text = render(source, data)
    except (OSError, TemplateError) as error:
        yield from refuse(f"{path}: the template {source} could not be rendered: {error}")
        return
    redaction = Redaction(frozenset(hidden_values(dict(data))), tuple(secret_keys))
    content = newline.join(text.splitlines()) + newline
    yield from _write(path, content.encode(), keep_previous=keep_previous, redaction=redaction)


def render(source: str, data: Mapping[str, object]) -> str:
    """Return what a template gives, secrets revealed.

    Raises jinja2.TemplateError for a variable that is not there.
    """
    rendered: str = get_template(source).render(_reveal(dict(data)))
    return rendered


def _reveal(value: Any) -> Any:
    if isinstance(value, HiddenValue):
        return value.unmask()
    if isinstance(value, dict):
        return {key: _reveal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_reveal(item) for item in value]
    return value


def _write(
    path: str, content: bytes, *, keep_previous: bool, redaction: Redaction | Literal["secret"] | None
) -> Generator[PyinfraCommand, None, None]:
    found = host.get_fact(Item, path=path, include_hash=True)
    if found is None:
        yield failure(f"{path}: its present state could not be read, so nothing was changed")
    elif found["kind"] == "Directory":
        yield from refuse(f"{path}: expected a file or nothing, found a folder. Move it away and run again.")
    elif found["sha256"] == hashlib.sha256(content).hexdigest():
        host.noop(f"file {path} is as desired")
    else:
        plan_write(path)
        _show_content(path, found, content, redaction)
        if keep_previous and found["kind"] == "File":
            yield PowerShellCall("Copy-WinFile", {"Path": path, "Destination": f"{path}.previous"})
        yield FileUploadCommand(io.BytesIO(content), path)


def _show_content(path: str, found: ItemState, content: bytes, redaction: Redaction | Literal["secret"] | None) -> None:
    if redaction == SECRET:
        show_difference(f"file {path}", [MASK if found["kind"] == "File" else "(absent)"], [CHANGED])
        return
    before = _present_text(path, found) if redaction else None
    after = _text(content)
    if redaction is None or before is None or after is None:
        old = f"{found['size_bytes']} bytes, SHA-256 {found['sha256']}" if found["kind"] == "File" else "(absent)"
        new = f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"
        show_difference(f"file {path}", [old], [new])
        return
    show_difference(f"file {path}", *redaction.lines(before, after))


def _present_text(path: str, found: ItemState) -> str | None:
    """Return the file's text for a difference: empty when absent, None when it is too large for one."""
    if found["kind"] == "Absent":
        return ""
    if (found["size_bytes"] or 0) > LARGEST_SHOWN_BYTES:
        return None
    text_file = host.get_fact(TextFile, path=path)
    return None if text_file is None else text_file["content"]


def _text(content: bytes) -> str | None:
    try:
        return content.decode() if b"\0" not in content and len(content) <= LARGEST_SHOWN_BYTES else None
    except UnicodeDecodeError:
        return None
