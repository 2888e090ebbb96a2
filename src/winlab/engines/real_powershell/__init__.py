"""A real PowerShell for Windows, under Wine, as powershell.exe of practice hosts.

It runs the real bootstrap, agent and library, and the scheduled jobs as they were deployed, on the host's own drive.
What only Windows has, the functions of the library's folder `windows`, is answered by the host's model over a loopback
connection (`bridge`), and the host's programs, which are Linux programs, run outside Wine (`relay.c`, `programs`).
How one makes the folder that holds such a PowerShell: docs/developer/powershell.md.
"""

from winlab.engines.real_powershell.host import HostPowerShell
from winlab.engines.real_powershell.installation import Installation, MissingError, find_folder

__all__ = ["HostPowerShell", "Installation", "MissingError", "find_folder"]
