"""The part of the PowerShell library that knows Memurai: one function a file."""
