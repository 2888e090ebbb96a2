"""Everything winfra raises.

    WinfraError
     +- SecretError                     a secret's source gives nothing usable
     +- ConnectionOptionsError          the winrm_* data of a host is wrong
     +- PackageError                    a file on this machine is no Windows Installer package
     +- ChangeError                     a list of steps can't be a change
     +- HostError (OSError)             a host could not do what it was asked; pyinfra fails that host and goes on
         +- HostTimeoutError (TimeoutError)
         +- HostConnectionError         the connection or the remote PowerShell was lost
         +- TransferError               a file arrived differently from how it was sent
         +- UnsupportedArgumentError    a pyinfra argument that has no meaning on Windows

pyinfra fails one host on OSError and stops the whole run on anything else: that decides the second base.
"""


class WinfraError(Exception):
    """Base of everything winfra raises."""


class SecretError(WinfraError):
    """Say which secret could not be had, and from where it was expected."""


class ConnectionOptionsError(WinfraError):
    """List every winrm_* key of a host that is missing, unknown or ill-typed."""


class PackageError(WinfraError):
    """Say what a file that should be a Windows Installer package is instead."""


class ChangeError(WinfraError):
    """Say which step can't be part of a change, and why."""


class HostError(WinfraError, OSError):
    """Say what one host was asked, and what it answered."""


class HostTimeoutError(HostError, TimeoutError):
    """Say which request had no answer in time, and that it was ended on the host."""


class HostConnectionError(HostError):
    """Say that the connection, the shell or the PowerShell of a host was lost."""


class TransferError(HostError):
    """Say which file could not be transferred unharmed."""


class UnsupportedArgumentError(HostError):
    """Name the pyinfra argument that Windows has no equivalent of."""
