"""Say what ails a server and what to do about it: `pyinfra inventories/prod.py tasks/diagnose.py`. Changes nothing.

    pyinfra inventories/prod.py tasks/diagnose.py --data 'patterns=token:blacklist:*,session:*'

Keys are counted by pattern with SCAN, and of a great database only a part. No key, value or argument is shown.
"""

from collections.abc import Sequence

from pyinfra import host

from memurai import diagnosis, host_settings, options, symptoms
from memurai.facts.server import Answered, Answers
from memurai.instance import Instance
from memurai.settings import credentials
from winfra.facts.services import Service

NOT_SENT = Answered(None, "expected to send commands to the server, found an error (above)")


def ask(commands: Sequence[Sequence[str]]) -> list[Answered]:
    """Send commands to the host's server."""
    return host.get_fact(Answers, server=server, commands=commands) or [NOT_SENT] * len(commands)


settings = host_settings.settings_of(host)
if settings is not None:
    server = Instance.of(settings).server(credentials.resolve(settings).password)
    patterns = diagnosis.wanted_patterns(host.data.get(options.PATTERNS))
    found = symptoms.observed(ask, patterns)
    service = host.get_fact(Service, service=settings.service.name)
    for line in diagnosis.report(diagnosis.Patient(found, service, settings)):
        host.log(line)
