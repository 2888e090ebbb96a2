"""Practice Windows hosts in Python: a WinRM server in front of a simulated host that runs real Redis."""
