"""The errors of winlab."""


class WinlabError(Exception):
    """Base of every error winlab raises on purpose; its text is written for the person who reads it."""
