"""What answers of a server mean."""

from memurai.facts.server import CommandAnswer, values_of


def answer(output: str, exit_code: int = 0) -> CommandAnswer:
    return CommandAnswer(exit_code=exit_code, output=output, error_output="")


def test_values_may_be_empty_also_the_last_one() -> None:
    """A server names its directives in an order of its own, another one at each start."""
    values = {"port": "6379", "tls-port": "", "tls-cert-file": ""}
    for end in ("\n", "\r\n"):
        lines = [word for pair in values.items() for word in pair]
        assert values_of(answer(end.join(lines))) == values


def test_an_error_has_no_values() -> None:
    assert values_of(answer("ERR unknown command 'CONFIG'")) == {}
    assert values_of(answer("NOAUTH Authentication required.\n")) == {}
    assert values_of(answer("")) == {}
