"""Change the configuration and the running server together; the server restarts only for what it can't take live."""

from jinja2 import TemplateError
from pyinfra import host

from memurai import configuration, credentials, deployment, layout
from memurai.operations.configuration import applied

settings = deployment.settings_of(host)
if settings is not None:
    try:
        desired = configuration.rendered(settings, credentials.resolve(settings.security))
    except TemplateError as error:
        deployment.refuse(host, [f"{configuration.TEMPLATE}: expected a template that can be rendered: {error}"])
    else:
        applied(
            name="Configuration",
            place=layout.configuration_place(settings),
            desired=desired,
            secret_keys=configuration.secret_keys(settings),
        )
