"""What is to be done on a host, decided from facts and settings."""
