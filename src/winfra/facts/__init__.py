"""What a Windows host is like: facts, each one call of a `Get-` function of the PowerShell library."""
