"""pyinfra for Windows: a WinRM connector, facts and operations over one PowerShell per host."""
