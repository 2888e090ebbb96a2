"""Install the pinned version of Memurai, and its licence when one is given."""

from pyinfra import host

from memurai import deployment, layout
from winfra.operations import files, packages

settings = deployment.settings_of(host)
if settings is not None:
    package = settings.package
    packages.msi(
        name="Product",
        source=package.source,
        product=package.product,
        version=package.version,
        sha256=package.sha256,
        directory=settings.storage.install,
        properties={
            "INSTALLFOLDER": layout.backslashes(package.folder),
            # The installer's own service would run on its own configuration, without a password, and its check of the
            # port fails silent installations (error 1603); its firewall rule would admit everyone.
            "INSTALL_SERVICE": "0",
            "ADD_FIREWALL_RULE": "0",
        },
        stop_services=[settings.service.name],
    )
    if package.license_file is not None:
        files.put(name="Licence", source=package.license_file, path=layout.license_file(settings), confidential=True)
