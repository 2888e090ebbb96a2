"""Say what ails a server and what to do about it: `pyinfra inventories/prod.py tasks/diagnose.py`. Changes nothing.

    pyinfra inventories/prod.py tasks/diagnose.py --data 'patterns=token:blacklist:*,session:*'

Keys are counted by pattern with SCAN, and of a great database only a part. No key, value or argument is shown.
"""

from pyinfra import host

from memurai import credentials, deployment, diagnosis, layout
from memurai.facts.diagnosis import Diagnosis
from winfra.facts.services import Service

settings = deployment.settings_of(host)
if settings is not None:
    server = layout.server(settings, credentials.resolve(settings).password)
    patterns = diagnosis.wanted_patterns(host.data.get(diagnosis.PATTERNS_KEY))
    found = host.get_fact(Diagnosis, server=server, patterns=patterns)
    service = host.get_fact(Service, service=settings.service.name)
    if found is None:
        deployment.refuse(host, ["expected to read what the server knows, found an error (above)"])
    else:
        for line in diagnosis.report(diagnosis.Patient(found, service, settings)):
            host.log(line)
