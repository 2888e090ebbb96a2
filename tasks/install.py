"""Install the pinned version of Memurai, and its licence when one is given.

Another version under a running server is taken back when the server does not come up on it.
"""

from pyinfra import host

from memurai import deployment, layout, ownership, present_data
from memurai.operations import product
from winfra.operations import files

settings = ownership.settings_of(host)
# Run alone, this task has no preflight before it.
if settings is not None and (reasons := present_data.upgrade_problems(host, settings)):
    deployment.refuse(host, reasons)
elif settings is not None:
    package = settings.package
    product.installed(
        name="Product",
        package=product.Package(
            source=package.source,
            product=package.product,
            version=package.version,
            sha256=package.sha256,
            properties={
                "INSTALLFOLDER": layout.backslashes(package.folder),
                # The installer's own service would run on its own configuration, without a password, and its check of
                # the port fails silent installations (error 1603); its firewall rule would admit everyone.
                "INSTALL_SERVICE": "0",
                "ADD_FIREWALL_RULE": "0",
            },
        ),
        surroundings=layout.surroundings(settings),
    )
    if package.license_file is not None:
        files.put(name="Licence", source=package.license_file, path=layout.license_file(settings), confidential=True)
