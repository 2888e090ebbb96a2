"""The twin of the function that changes an ACL file together with its running server."""

import re

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.locks import locked
from winlab.twin.functions.memurai import ServerAccess, invoke_memurai_command
from winlab.twin.functions.staging import new_staged, remove_staged, write_secret
from winlab.twin.registry import NOT_EMPTY, Output, twin
from winlab.windows.errors import Win32Error
from winlab.windows.machine import Machine

_COMMAND_SECONDS = 60
_ANSWER = re.compile(r"OK|\d+")


@twin(
    "Set-MemuraiAclFile",
    "Path",
    "Applied",
    path=NOT_EMPTY,
    port=range(1, 65536),
)
def set_memurai_acl_file(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    path: str,
    content: SecretStr,
    cli_path: str,
    address: str,
    port: int,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    commands: SecretStr | None = None,
    return_command: SecretStr | None = None,
) -> Output:
    """Put a new ACL file in the place of the present one, after its running server took the users."""
    files = machine.files
    target = files.full_path(path)
    access = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)
    with locked(machine, f"{target}.lock", "Set-MemuraiAclFile"):
        try:
            if (commands is None) != (return_command is None):
                raise TwinError("Expected Commands and ReturnCommand together, found one of them. Give both or none.")
            staged = new_staged(target)
            write_secret(machine, staged, content)
            if commands is not None and return_command is not None:
                _change(machine, access, commands, return_command)
            _replace(machine, staged, target, access, return_command)
        finally:
            remove_staged(machine, target)
    return {"Path": target, "Applied": "File" if commands is None else "Live"}


def _replace(
    machine: Machine, staged: str, target: str, access: ServerAccess, return_command: SecretStr | None
) -> None:
    try:
        if machine.files.kind(target) == "Absent":
            machine.files.move(staged, target)
        else:
            machine.files.replace(staged, target)
    except Win32Error as error:
        if return_command is not None:
            _send(machine, access, return_command)
        raise TwinError(f"Expected to replace '{target}', found: {error} The file was not changed.") from error


def _send(machine: Machine, access: ServerAccess, command: SecretStr) -> tuple[str, str]:
    answer = invoke_memurai_command(machine, **vars(access), secret_command=command, timeout_seconds=_COMMAND_SECONDS)
    return answer["Output"].strip(), answer["ErrorOutput"].strip()


def _change(machine: Machine, access: ServerAccess, commands: SecretStr, return_command: SecretStr) -> None:
    expected = len(commands.get_secret_value().split("\n"))
    output, errors = _send(machine, access, commands)
    taken = sum(_ANSWER.fullmatch(line.strip()) is not None for line in output.splitlines())
    if taken == expected:
        return
    _send(machine, access, return_command)
    text = re.sub(r"'[^']*'", "'...'", f"{output} {errors}".strip())
    raise TwinError(
        f"Expected the running server to take {expected} changes of users, found {taken} taken: {text} It has the "
        "users of its file again. Correct templates/users.acl.j2 or memurai_users."
    )
