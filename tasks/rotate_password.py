"""Change the password without downtime: the settings' one beside the host's, and later alone.

    pyinfra inventories/prod.py tasks/rotate_password.py                            # both work: move the clients
    pyinfra inventories/prod.py tasks/rotate_password.py --data drop_password=old   # only the settings' one works
    pyinfra inventories/prod.py tasks/rotate_password.py --data drop_password=new   # give up: the settings' is the old

Nothing else of the configuration is touched, the server is not restarted, and connections that are open stay open.
"""

from pyinfra import host

from memurai import credentials, deployment, layout, rotation
from memurai.operations.passwords import added, dropped
from winfra.facts.files import TextFile

settings = deployment.settings_of(host)
if settings is not None:
    place, password = layout.configuration_place(settings), credentials.resolve(settings).password
    drop = host.data.get(rotation.DROP)
    reasons = tuple(rotation.problems(host.get_fact(TextFile, path=place.path), place.path, password, drop))
    if reasons:
        deployment.refuse(host, reasons)
    elif drop is None:
        added(name="Password", place=place, password=password)
    else:
        dropped(name="Only password", place=place, password=password)
