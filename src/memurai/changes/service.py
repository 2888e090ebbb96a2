"""The service of a server."""

from memurai.instance import Instance
from memurai.server import Server
from winfra.call import PowerShellCall
from winfra.change import Change, Step
from winfra.facts.services import ServiceState

# What steps take beside what they wait for.
MORE_SECONDS = 60


def removed(instance: Instance, found: ServiceState, server: Server | None) -> Change:
    """Return what removes a service; what is undone gives it back as it was.

    found: the service. server: how it is asked to save first; None for one whose data goes, too.
    """
    steps = (_stopped(instance, found, server), Step("remove the service", _removing(instance), _again(found)))
    return Change(f"removal of the service {instance.service}", instance.changes, steps)


def _stopped(instance: Instance, found: ServiceState, server: Server | None) -> Step:
    limit = {"TimeoutSeconds": instance.timeout_seconds}
    name = instance.service
    if server is None:
        do = PowerShellCall("Stop-WinService", {"Name": name, **limit})
        undo = PowerShellCall("Start-WinService", {"Name": name, **limit})
    else:
        do = PowerShellCall("Stop-MemuraiServer", {"ServiceName": name, "Servers": [server.on_wire()], **limit})
        undo = PowerShellCall("Start-MemuraiServer", {"ServiceName": name, "Server": server.on_wire(), **limit})
    seconds = 2 * instance.timeout_seconds + MORE_SECONDS
    return Step("stop it" if server is None else "save and stop", do, undo if _is_running(found) else None, seconds)


def _is_running(found: ServiceState) -> bool:
    return found["state"] != "Stopped"


def _removing(instance: Instance) -> PowerShellCall:
    return PowerShellCall("Remove-WinService", {"Name": instance.service, "TimeoutSeconds": instance.timeout_seconds})


def _again(found: ServiceState) -> PowerShellCall:
    """Return what makes a service again, if it is gone, as it was."""
    settings = {
        "Name": found["name"],
        "ImagePath": found["image_path"],
        "DisplayName": found["display_name"] or None,
        "Description": found["description"] or None,
        "Account": found["account"],
        "StartType": found["start_type"],
        "RecoveryResetSeconds": found["recovery_reset_seconds"],
        "RecoveryActions": found["recovery_actions"],
        "RecoverOnNonCrashFailures": found["recover_on_non_crash_failures"],
    }
    return PowerShellCall("Set-WinService", settings)
