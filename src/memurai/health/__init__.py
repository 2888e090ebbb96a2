"""What the health check of a host judges and tells: written here, carried out by the host on its own."""
