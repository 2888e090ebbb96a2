"""Return to an earlier configuration: `pyinfra inventories/prod.py tasks/rollback.py --data rollback_to=previous`.

Without --data it lists what there is and changes nothing. The next deploy brings back what the settings say: change
them first when the rollback is to stay.
"""

from pyinfra import host

from memurai import host_settings, options
from memurai.changes import rollback
from memurai.checks import ownership
from memurai.config import Document, damage
from memurai.exceptions import ConfigSyntaxError
from memurai.instance import Instance
from memurai.operations.configuration import applied, history_of
from memurai.rendering import configuration
from winfra.facts.files import TextFile
from winfra.secrets import hidden


def earlier(text: str, path: str) -> Document | None:
    """Return the earlier configuration as it can come back; None when the host is refused."""
    file = host.get_fact(TextFile, path=path)
    try:
        present = Document.of(file["content"]) if file and file["content"] is not None else None
        returned = rollback.with_present_password(present, Document.of(text))
    except ConfigSyntaxError as error:
        host_settings.refuse(host, [f"configuration {path}, or the earlier one: {error}. Mend that line on the host."])
        return None
    if problem := rollback.membership_problem(present, returned):
        host_settings.refuse(host, [f"configuration {path}: {problem}"])
        return None
    return rollback.with_present_role(present, returned)


settings = ownership.settings_of(host)
if settings is not None:
    here = Instance.of(settings)
    wanted = host.data.get(options.ROLLBACK_TO)
    known = history_of(host, here)
    chosen, answer = rollback.choose(known.listed if known else [], None if wanted is None else str(wanted))
    text = host.get_fact(TextFile, path=f"{here.history}/{chosen}") if chosen else None
    if wanted is None:
        for line in answer:
            host.log(line)
    elif text is None or text["content"] is None:
        host_settings.refuse(host, answer or [f"{here.history}: the configuration could not be read (above)"])
    # Written without a byte order mark.
    elif wrong := damage.unreadable(text["content"], marked=False):
        host_settings.refuse(host, [f"{text['path']}: {problem}. Choose another one." for problem in wrong])
    elif (desired := earlier(text["content"], here.configuration)) is not None:
        applied(
            name=f"Configuration {chosen}",
            instance=here,
            desired=hidden(desired.text),
            secret_keys=configuration.secret_keys(settings),
            keep_foreign=False,
        )
