"""What a configuration still has from `memurai_extra`."""

from memurai.config import Document, extras, render
from memurai.rendering.configuration import rendered
from memurai.settings import from_host_data
from memurai.settings.credentials import resolve

BEFORE = f"port 1\r\n{extras.COMMENT} hz client-output-buffer-limit\r\nhz 20\r\n"


def test_the_rendered_file_names_its_extra_directives(host_data: dict[str, object]) -> None:
    directives = [["hz", "20"], ["client-output-buffer-limit", "normal", "0", "0", "0"], ["hz", "30"]]
    settings = from_host_data("cache1", {**host_data, "memurai_extra": {"directives": directives}})
    text = rendered(settings, resolve(settings)).unmask()
    assert extras.named(Document.of(text)) == {"hz", "client-output-buffer-limit"}
    assert text.count(extras.COMMENT) == 1
    without = rendered(from_host_data("cache1", host_data), resolve(settings)).unmask()
    assert extras.COMMENT not in without


def test_what_is_named_and_no_longer_desired_is_gone() -> None:
    assert extras.gone(Document.of(BEFORE), Document.of("port 1\n")) == (("hz",),)
    assert extras.gone(Document.of(BEFORE), Document.of("port 1\nhz 30\n")) == ()


def test_what_is_not_named_stays() -> None:
    assert extras.gone(Document.of("port 1\nhz 20\n"), Document.of("port 1\n")) == ()


def test_a_class_of_a_limit_goes_alone() -> None:
    present = Document.of(BEFORE + "client-output-buffer-limit normal 1 1 1 pubsub 2 2 2\r\n")
    places = extras.gone(present, Document.of("hz 20\nclient-output-buffer-limit normal 1 1 1\n"))
    assert places == (("client-output-buffer-limit", "pubsub"),)
    left = render(extras.without(present, places))
    assert "client-output-buffer-limit normal 1 1 1\n" in left
    assert "pubsub" not in left
