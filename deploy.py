"""Make Windows hosts production Memurai servers: `pyinfra inventories/prod.py deploy.py`.

Each step also runs alone: `pyinfra inventories/prod.py tasks/configure.py`.
"""

from pyinfra import config, local

config.REQUIRE_PYINFRA_VERSION = ">=3.10,<4"

# Asks most of what the others need to know, in one request.
local.include("tasks/survey.py")
# Refuses a host that lacks something, before anything on it is touched.
local.include("tasks/preflight.py")
# A host that is no member of a set any more: first no Sentinel changes roles, then each server stands alone.
local.include("tasks/leave_set.py")
# Before anything secret is written, the folders are private.
local.include("tasks/storage.py")
local.include("tasks/install.py")
# Before the configuration that names them.
local.include("tasks/certificates.py")
local.include("tasks/configure.py")
local.include("tasks/service.py")
local.include("tasks/firewall.py")
# A member of a set becomes a replica of its primary, or is it, as the living set has it.
local.include("tasks/replicate.py")
local.include("tasks/sentinel.py")
# Backups and health checks that the host does by itself.
local.include("tasks/jobs.py")
# Asks the server itself.
local.include("tasks/verify.py")
