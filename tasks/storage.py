"""Create the folders, each with exactly the access it needs."""

from pyinfra import host

from memurai import deployment, layout
from winfra.operations import files

settings = deployment.settings_of(host)
if settings is not None:
    for folder in host.loop(layout.folders(settings)):
        files.directory(name=f"Folder: {folder.what}", path=folder.path, access=folder.access)
