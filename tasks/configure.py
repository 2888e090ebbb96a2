"""Write the configuration; the service task restarts the server when it changed."""

from pyinfra import host

from memurai import configuration, credentials, deployment, layout
from winfra.operations import files

settings = deployment.settings_of(host)
if settings is not None:
    files.template(
        name="Configuration",
        source=configuration.TEMPLATE,
        path=layout.configuration_file(settings),
        data=configuration.template_data(settings, credentials.resolve(settings.security)),
        keep_previous=True,
        secret_keys=configuration.secret_keys(settings),
    )
