"""Bring the certificates of encrypted connections to the host; a running server takes renewed ones without a restart.

Put the renewed certificate in the place of the former one on the control node, and deploy or run this task alone.
"""

from pyinfra import host

from memurai import folders, host_settings, instance
from memurai.checks import certificates, ownership
from memurai.instance import Instance
from memurai.operations.certificates import installed
from winfra.operations import files

settings = ownership.settings_of(host)
if settings is not None and settings.tls.enabled:
    folder = folders.tls_folder(settings)
    # Run alone, this task has no preflight before it.
    reasons = [*certificates.problems(settings.tls), *ownership.folder_problems(host, settings)]
    if reasons:
        host_settings.refuse(host, reasons)
    else:
        files.directory(name=f"Folder: {folder.what}", path=folder.path, access=folder.access)
        here = Instance.of(settings)
        installed(name="Certificates", instance=here, sources=instance.tls_sources(settings))
