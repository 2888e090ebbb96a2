"""The PowerShell library: one function a file, handed to each host once per run."""
