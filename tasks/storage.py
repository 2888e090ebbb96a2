"""Create the folders, each with exactly the access it needs."""

from pyinfra import host

from memurai import folders, host_settings
from memurai.checks import ownership
from winfra.operations import files

settings = host_settings.settings_of(host)
# Run alone, this task has no preflight before it.
if settings is not None and (reasons := ownership.folder_problems(host, settings)):
    host_settings.refuse(host, reasons)
elif settings is not None:
    for folder in host.loop(folders.folders(settings)):
        files.directory(name=f"Folder: {folder.what}", path=folder.path, access=folder.access)
