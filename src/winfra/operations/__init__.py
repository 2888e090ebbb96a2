"""Changes to Windows hosts, each in one shape: read, compare, show the difference, then change or do nothing."""
