"""Staging: like production, smaller. Example hosts: replace them with your own."""

hosts = ["@winrm/cache1.staging.example.com"]
