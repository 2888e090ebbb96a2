"""Install the pinned version of Memurai, and its licence when one is given.

Another version under a running server is taken back when the server does not come up on it.
"""

from pyinfra import host

from memurai import folders, host_settings
from memurai.checks import ownership, present_data
from memurai.instance import Instance
from memurai.operations import product
from winfra.operations import files

settings = ownership.settings_of(host)
# Run alone, this task has no preflight before it.
if settings is not None and (reasons := present_data.upgrade_problems(host, settings)):
    host_settings.refuse(host, reasons)
elif settings is not None:
    package = settings.package
    product.installed(
        name="Product",
        package=product.Package(
            source=package.source,
            product=package.product,
            version=package.version,
            sha256=package.sha256,
        ),
        instance=Instance.of(settings),
        stamp=folders.new_stamp(),
    )
    if package.license_file is not None:
        files.put(
            name="Licence", source=package.license_file, path=Instance.of(settings).license_file, confidential=True
        )
