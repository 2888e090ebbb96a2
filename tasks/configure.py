"""Change the configuration and the running server together; the server restarts only for what it can't take live.

A password that works is never dropped here: a new one works beside it until tasks/rotate_password.py drops it.
"""

from jinja2 import TemplateError
from pyinfra import host

from memurai import configuration, credentials, deployment, layout
from memurai.operations.configuration import applied
from memurai.operations.passwords import added

settings = deployment.settings_of(host)
if settings is not None:
    secrets = credentials.resolve(settings)
    try:
        desired = configuration.rendered(settings, secrets)
    except TemplateError as error:
        deployment.refuse(host, [f"{configuration.TEMPLATE}: expected a template that can be rendered: {error}"])
    else:
        added(name="Password", place=layout.configuration_place(settings), password=secrets.password)
        applied(
            name="Configuration",
            place=layout.configuration_place(settings),
            desired=desired,
            secret_keys=configuration.secret_keys(settings),
            keep_passwords=True,
        )
