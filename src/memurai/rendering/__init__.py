"""Texts that a host gets, from its settings and secrets."""
