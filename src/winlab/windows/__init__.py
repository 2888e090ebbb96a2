"""The state of one practice Windows host: drive, access control, services, products, firewall, network, events."""
