"""Memurai (Redis for Windows) in production: what a host must be, and the steps that make it so."""
