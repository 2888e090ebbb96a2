"""Have a member of a set follow its primary, or be it, as the living set decides; nothing for a server of its own."""

from pyinfra import host

from memurai import host_settings, members
from memurai.instance import Instance
from memurai.operations import replication
from memurai.settings import Settings, credentials
from winfra.secrets import hidden


def replicate(settings: Settings) -> None:
    """Ensure a server's role in its set."""
    secrets = credentials.resolve(settings)
    replication.joined(
        name="Role in the set",
        instance=Instance.of(settings),
        server=Instance.of(settings).server(secrets.password),
        config_command=secrets.renamed_commands.get("CONFIG", hidden("CONFIG")),
    )


current_settings = host_settings.settings_of(host)
if current_settings is not None and current_settings.replication.enabled:
    # Run alone, this task has no preflight before it.
    if reasons := members.problems(host):
        host_settings.refuse(host, reasons)
    else:
        replicate(current_settings)
