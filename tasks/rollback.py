"""Return to an earlier configuration: `pyinfra inventories/prod.py tasks/rollback.py --data rollback_to=previous`.

Without --data it lists what there is and changes nothing. The next deploy brings back what the settings say: change
them first when the rollback is to stay.
"""

from pyinfra import host

from memurai import configuration, damage, deployment, layout, ownership, rollback
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.configuration import History
from memurai.operations.configuration import applied
from winfra.facts.files import TextFile
from winfra.secrets import hidden


def earlier(text: str, path: str) -> str | None:
    """Return the earlier configuration as it can come back; None when the host is refused."""
    present = host.get_fact(TextFile, path=path)
    try:
        return rollback.with_present_password(present["content"] if present else None, text)
    except ConfigSyntaxError as error:
        deployment.refuse(host, [f"configuration {path}, or the earlier one: {error}. Mend that line on the host."])
        return None


settings = ownership.settings_of(host)
if settings is not None:
    place = layout.configuration_place(settings)
    wanted = host.data.get(rollback.DATA_KEY)
    found = host.get_fact(History, folder=place.history)
    entry, answer = rollback.choose(found["entries"] if found else [], None if wanted is None else str(wanted))
    text = host.get_fact(TextFile, path=f"{place.history}/{entry['name']}") if entry else None
    if wanted is None:
        for line in answer:
            host.log(line)
    elif text is None or text["content"] is None:
        deployment.refuse(host, answer or [f"{place.history}: the configuration could not be read (above)"])
    # Written without a byte order mark.
    elif wrong := damage.unreadable(text["content"], marked=False):
        deployment.refuse(host, [f"{text['path']}: {problem}. Choose another one." for problem in wrong])
    elif (desired := earlier(text["content"], place.path)) is not None:
        applied(
            name=f"Configuration {entry['name']}",
            place=place,
            desired=hidden(desired),
            secret_keys=configuration.secret_keys(settings),
            keep_foreign=False,
        )
