"""Development: one worker, few users. Example hosts: replace them with your own."""

hosts = ["@winrm/cache1.dev.example.com"]
