"""Change the configuration and the running server together; the server restarts only for what it can't take live.

A password that works is never dropped here: a new one works beside it until tasks/rotate_password.py drops it.
"""

from jinja2 import TemplateError
from pyinfra import host

from memurai import host_settings
from memurai.checks import ownership, present_data
from memurai.instance import Instance
from memurai.operations.configuration import applied
from memurai.operations.passwords import added
from memurai.operations.users import applied as users_applied
from memurai.rendering import configuration, users
from memurai.settings import Settings, credentials
from winfra.operations import files


def configure(settings: Settings) -> None:
    """Have the users before the configuration that names their file, and without it only after that one is gone.

    Raises jinja2.TemplateError when a template asks for something that is not there.
    """
    here, secrets = Instance.of(settings), credentials.resolve(settings)
    desired = configuration.rendered(settings, secrets)
    if settings.users.enabled:
        users_applied(
            name="Users",
            instance=here,
            path=here.users_file,
            desired=users.rendered(settings, secrets),
            configuration=desired,
        )
    else:
        added(name="Password", instance=here, password=secrets.password, desired=desired)
    applied(
        name="Configuration",
        instance=here,
        desired=desired,
        secret_keys=configuration.secret_keys(settings),
        keep_passwords=True,
    )
    if not settings.users.enabled:
        files.absent(name="No ACL file", path=here.users_file)


current_settings = ownership.settings_of(host)
# Run alone, this task has no preflight before it.
if current_settings is not None and (reasons := present_data.problems(host, current_settings)):
    host_settings.refuse(host, reasons)
elif current_settings is not None:
    try:
        configure(current_settings)
        present_data.configured(host)
    except TemplateError as error:
        host_settings.refuse(
            host, [f"{configuration.TEMPLATE}, {users.TEMPLATE}: expected templates that render: {error}"]
        )
