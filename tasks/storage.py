"""Create the folders, each with exactly the access it needs."""

from pyinfra import host

from memurai import deployment, layout, ownership
from winfra.operations import files

settings = deployment.settings_of(host)
# Run alone, this task has no preflight before it.
if settings is not None and (reasons := ownership.folder_problems(host, settings)):
    deployment.refuse(host, reasons)
elif settings is not None:
    for folder in host.loop(layout.folders(settings)):
        files.directory(name=f"Folder: {folder.what}", path=folder.path, access=folder.access)
