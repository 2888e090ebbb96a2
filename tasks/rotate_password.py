"""Change the password without downtime: the settings' one beside the host's, and later alone.

    pyinfra inventories/prod.py tasks/rotate_password.py                            # both work: move the clients
    pyinfra inventories/prod.py tasks/rotate_password.py --data drop_password=old   # only the settings' one works
    pyinfra inventories/prod.py tasks/rotate_password.py --data drop_password=new   # give up: the settings' is the old

With memurai_users it is the passwords of all users; to give up, run it with the old ones in the settings, then drop.
The server is not restarted, and connections that are open stay open.

In a set, the Sentinels give the servers the new password as soon as all of them take it, and the replicas their primary
just before the former one is dropped.
"""

from collections.abc import Collection

from pyinfra import host
from pyinfra.api import HiddenValue

from memurai import host_settings, jobs, members, options, survey
from memurai.checks import ownership, rotation
from memurai.config import Document
from memurai.config.membership import is_member
from memurai.config.passwords import Passwords, digest, with_password, with_password_for_primary
from memurai.exceptions import ConfigSyntaxError
from memurai.instance import Instance
from memurai.operations import sentinel
from memurai.operations.configuration import applied
from memurai.operations.passwords import added, dropped
from memurai.operations.users import applied as users_applied
from memurai.rendering import users
from memurai.sentinel import Sentinel
from memurai.settings import Settings, credentials
from memurai.settings.credentials import Credentials
from winfra.facts.files import Item, TextFile
from winfra.facts.together import Together
from winfra.operations import files
from winfra.secrets import hidden

SECRET_KEYS = ("requirepass", "masterauth", "user default", "rename-command")


def give_to_primary(here: Instance, document: Document, password: HiddenValue, accepted: Collection[str]) -> None:
    """Have a set's member give its primary a password, before a member drops the former one.

    document: its configuration. accepted: SHA-256 of the passwords that this member takes, and so do the others: one
    that is not among them is left to the step that refuses to drop the former one.
    """
    if is_member(document) and digest(password) in accepted:
        applied(
            name="Password for the primary",
            instance=here,
            desired=hidden(with_password_for_primary(document, password).text),
            secret_keys=SECRET_KEYS,
            keep_foreign=False,
        )


def give_to_sentinel(settings: Settings, secrets: Credentials) -> None:
    """Have the Sentinel beside a set's member give the servers the settings' password, once all of them take it."""
    if settings.replication.enabled:
        sentinel.given(
            name="Sentinel's password for the servers",
            sentinel=Sentinel.of(settings),
            set_name=settings.replication.set_name,
            password=secrets.users.get("sentinel", secrets.password),
        )


def is_refused_by_others(settings: Settings) -> bool:
    """Whether a member of the set does not take the settings' password yet: then nothing is dropped on this host."""
    late = members.refusing(host) if settings.replication.enabled else []
    if late:
        reason = (
            f"expected all members of the set {settings.replication.set_name} to take the settings' passwords before "
            f"another is dropped, found that {', '.join(late)} refuses them, or can't be asked; nothing was changed. "
            "Run tasks/rotate_password.py without drop_password for all members first."
        )
        host_settings.refuse(host, [reason])
    return bool(late)


def rotate_users(settings: Settings, drop: object) -> None:
    """Have the settings' passwords of all users work, and with `drop` no others."""
    here, secrets = Instance.of(settings), credentials.resolve(settings)
    file = host.get_fact(TextFile, path=here.configuration)
    text = file["content"] if file else None
    if text is None:
        host_settings.refuse(host, [f"expected the configuration {here.configuration}, found none. Run deploy.py."])
        return
    present = host.get_fact(TextFile, path=here.users_file)
    try:
        desired = hidden(with_password(Document.of(text), secrets.password).text)
        accepted = users.read((present and present["content"]) or "")
    except ConfigSyntaxError as error:
        host_settings.refuse(
            host, [f"configuration {here.configuration}: {error}. Run deploy.py, or mend that line on the host."]
        )
        return
    if drop is not None and is_refused_by_others(settings):
        return
    if drop is not None:
        give_to_sentinel(settings, secrets)
    if drop is not None and settings.users.replica:
        rules = accepted.get(settings.users.replica, ())
        give_to_primary(here, Document.of(text), secrets.users["replica"], users.digests(rules))
    users_applied(
        name="Passwords of the users",
        instance=here,
        path=Instance.of(settings).users_file,
        desired=users.rendered(settings, secrets),
        keep_passwords=drop is None,
    )
    if drop is None:
        applied(
            name="Password of the administrator, for the next run",
            instance=here,
            desired=desired,
            secret_keys=SECRET_KEYS,
            keep_foreign=False,
        )
        give_to_sentinel(settings, secrets)


def rotate_password(settings: Settings, drop: object) -> None:
    """Have the settings' password work, and with `drop` no other."""
    here, secrets = Instance.of(settings), credentials.resolve(settings)
    password = secrets.password
    reasons = tuple(
        rotation.problems(host.get_fact(TextFile, path=here.configuration), here.configuration, password, drop)
    )
    if reasons:
        host_settings.refuse(host, reasons)
    elif drop is None:
        added(name="Password", instance=here, password=password)
        give_to_sentinel(settings, secrets)
    elif not is_refused_by_others(settings):
        give_to_sentinel(settings, secrets)
        document = Document.of(host.get_fact(TextFile, path=here.configuration)["content"])
        found = Passwords.of(document)
        give_to_primary(here, document, password, found.digests if found else ())
        dropped(name="Only password", instance=here, password=password)


def give_to_jobs(settings: Settings) -> None:
    """Have the jobs of the host use the settings' passwords, which work from now on."""
    item = host.get_fact(Item, path=jobs.folder(settings))
    if item is None or item["kind"] != "Directory":
        return
    secrets = credentials.resolve(settings)
    for job in host.loop([job for job in jobs.jobs(settings) if job.enabled]):
        password = jobs.password(settings, secrets, job)
        files.put(name=f"Password of the job {job.name}", source=password, path=jobs.secret_path(settings, job))


# In one request, before the first of them is asked for by itself.
wanted = host_settings.settings_of(host)
if wanted is not None:
    host.get_fact(Together, calls=survey.rotation_calls(wanted))
current_settings = ownership.settings_of(host)
if current_settings is not None:
    given = host.data.get(options.DROP_PASSWORD)
    if wrong := tuple(rotation.drop_problems(given)):
        host_settings.refuse(host, wrong)
    else:
        (rotate_users if current_settings.users.enabled else rotate_password)(current_settings, given)
        give_to_jobs(current_settings)
