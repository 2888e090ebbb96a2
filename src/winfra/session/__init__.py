"""One host's WinRM session: the protocol, the frames, the one PowerShell and what it is asked."""
