"""Ask a host in one request what a deploy is known to ask, and be answered from memory until anything is changed."""

from pyinfra import host

from memurai import host_settings, survey
from winfra.facts.together import Together

settings = host_settings.settings_of(host)
if settings is not None:
    host.get_fact(Together, calls=survey.deploy_calls(settings))
