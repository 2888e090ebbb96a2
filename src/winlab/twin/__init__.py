"""The PowerShell side of a practice host in Python: the library's functions, the agent, and a little of the shells."""
