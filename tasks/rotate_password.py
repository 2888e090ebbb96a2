"""Change the password without downtime: the settings' one beside the host's, and later alone.

    pyinfra inventories/prod.py tasks/rotate_password.py                            # both work: move the clients
    pyinfra inventories/prod.py tasks/rotate_password.py --data drop_password=old   # only the settings' one works
    pyinfra inventories/prod.py tasks/rotate_password.py --data drop_password=new   # give up: the settings' is the old

With memurai_users it is the passwords of all users; to give up, run it with the old ones in the settings, then drop.
The server is not restarted, and connections that are open stay open.
"""

from pyinfra import host

from memurai import credentials, deployment, jobs, layout, ownership, rotation, users
from memurai.exceptions import ConfigSyntaxError
from memurai.operations.configuration import applied
from memurai.operations.passwords import added, dropped
from memurai.operations.users import applied as users_applied
from memurai.passwords import with_password
from memurai.settings import Settings
from winfra.facts.files import Item, TextFile
from winfra.operations import files
from winfra.secrets import hidden


def rotate_users(settings: Settings, drop: object) -> None:
    """Have the settings' passwords of all users work, and with `drop` no others."""
    place, secrets = layout.configuration_place(settings), credentials.resolve(settings)
    file = host.get_fact(TextFile, path=place.path)
    text = file["content"] if file else None
    if text is None:
        deployment.refuse(host, [f"expected the configuration {place.path}, found none. Run deploy.py."])
        return
    try:
        desired = hidden(with_password(text, secrets.password))
    except ConfigSyntaxError as error:
        deployment.refuse(host, [f"configuration {place.path}: {error}. Run deploy.py, or mend that line on the host."])
        return
    users_applied(
        name="Passwords of the users",
        place=place,
        path=layout.users_file(settings),
        desired=users.rendered(settings, secrets),
        keep_passwords=drop is None,
    )
    if drop is None:
        applied(
            name="Password of the administrator, for the next run",
            place=place,
            desired=desired,
            secret_keys=("requirepass", "rename-command"),
            keep_foreign=False,
        )


def rotate_password(settings: Settings, drop: object) -> None:
    """Have the settings' password work, and with `drop` no other."""
    place, password = layout.configuration_place(settings), credentials.resolve(settings).password
    reasons = tuple(rotation.problems(host.get_fact(TextFile, path=place.path), place.path, password, drop))
    if reasons:
        deployment.refuse(host, reasons)
    elif drop is None:
        added(name="Password", place=place, password=password)
    else:
        dropped(name="Only password", place=place, password=password)


def give_to_jobs(settings: Settings) -> None:
    """Have the jobs of the host use the settings' passwords, which work from now on."""
    item = host.get_fact(Item, path=jobs.folder(settings))
    if item is None or item["kind"] != "Directory":
        return
    secrets = credentials.resolve(settings)
    for job in host.loop([job for job in jobs.jobs(settings) if job.enabled]):
        password = jobs.password(settings, secrets, job)
        files.put(name=f"Password of the job {job.name}", source=password, path=jobs.secret_path(settings, job))


current_settings = ownership.settings_of(host)
if current_settings is not None:
    given = host.data.get(rotation.DROP)
    if wrong := tuple(rotation.drop_problems(given)):
        deployment.refuse(host, wrong)
    else:
        (rotate_users if current_settings.users.enabled else rotate_password)(current_settings, given)
        give_to_jobs(current_settings)
