"""Secrets are found by their source and do not show."""

from __future__ import annotations

import pytest
from pyinfra.api import HiddenValue

from winfra.exceptions import SecretError
from winfra.secrets import hidden, hidden_values, resolve, scrub


def test_an_environment_variable_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_PASSWORD", "canary-7391")
    secret = resolve("env:CACHE_PASSWORD", what="password of cache1")
    assert secret.unmask() == "canary-7391"
    assert f"{secret} {secret!r}" == "<secret> '<secret>'"


def test_a_hidden_value_is_the_secret_itself() -> None:
    assert resolve(HiddenValue("canary-7391"), what="password").unmask() == "canary-7391"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("env:NOT_THERE_AT_ALL", "expected the environment variable NOT_THERE_AT_ALL to be set, found nothing"),
        (HiddenValue(""), "expected a value that is not empty"),
        ("canary-7391", "expected a source like env:NAME"),
        ("env:canary-7391!", "expected a source like env:NAME"),
    ],
)
def test_a_source_that_gives_nothing_is_an_error_without_the_value(source: str | HiddenValue, expected: str) -> None:
    with pytest.raises(SecretError) as caught:
        resolve(source, what="password of cache1")
    assert expected in str(caught.value)
    assert "password of cache1" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_scrub_replaces_the_longest_secret_first() -> None:
    assert scrub("is abcd1234 or abcd", {"abcd", "abcd1234"}) == "is <secret> or <secret>"


def test_hidden_values_are_found_at_any_depth() -> None:
    value = {"a": [hidden("one1"), {"b": (hidden("two2"), "plain")}], "c": 3}
    assert hidden_values(value) == {"one1", "two2"}
