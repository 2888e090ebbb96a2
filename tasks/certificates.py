"""Bring the certificates of encrypted connections to the host; a running server takes renewed ones without a restart.

Put the renewed certificate in the place of the former one on the control node, and deploy or run this task alone.
"""

from pyinfra import host

from memurai import certificates, credentials, deployment, layout, ownership
from memurai.operations.certificates import installed
from winfra.operations import files

settings = ownership.settings_of(host)
if settings is not None and settings.tls.enabled:
    folder = layout.tls_folder(settings)
    # Run alone, this task has no preflight before it.
    reasons = [*certificates.problems(settings.tls), *ownership.folder_problems(host, settings)]
    if reasons:
        deployment.refuse(host, reasons)
    else:
        files.directory(name=f"Folder: {folder.what}", path=folder.path, access=folder.access)
        installed(
            name="Certificates",
            place=layout.configuration_place(settings),
            server=layout.server(settings, credentials.resolve(settings).password),
            sources=layout.tls_sources(settings),
        )
