"""What stands for powershell.exe on a practice host, beside the answers in Python: a real PowerShell for Windows."""
