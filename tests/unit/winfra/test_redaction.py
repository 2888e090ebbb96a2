"""A difference shows which secret changed, and no secret."""

from __future__ import annotations

from winfra.redaction import Redaction

REDACTION = Redaction(frozenset({"new-canary"}), ("requirepass", "rename-command CONFIG"))


def test_a_changed_secret_is_visible_as_changed() -> None:
    before, after = REDACTION.lines('port 1\r\nrequirepass "old-canary"\r\n', 'port 2\nrequirepass "new-canary"\n')
    assert before == ["port 1", "requirepass <secret>"]
    assert after == ["port 2", "requirepass <secret, changed>"]


def test_an_unchanged_secret_is_no_difference() -> None:
    text = 'requirepass "new-canary"\n# uses new-canary\n'
    before, after = REDACTION.lines(text, text)
    assert before == after == ["requirepass <secret>", "# uses <secret>"]


def test_a_known_secret_is_hidden_wherever_it_stands() -> None:
    _, after = REDACTION.lines("", "masterauth new-canary")
    assert after == ["masterauth <secret, changed>"]


def test_keys_of_several_words_hide_what_follows_them() -> None:
    before, _ = REDACTION.lines('rename-command CONFIG "old-canary"\nrename-command KEYS ""', "")
    assert before == ["rename-command CONFIG <secret>", 'rename-command KEYS ""']
