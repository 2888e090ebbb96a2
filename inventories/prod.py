"""Production. Example hosts: replace them with your own."""

hosts = ["@winrm/cache1.prod.example.com"]
