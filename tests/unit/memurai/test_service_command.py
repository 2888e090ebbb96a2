"""What the command line of a service says, and what is refused because it may say something else."""

import pytest

from memurai.exceptions import ServiceCommandError
from memurai.service_command import ServiceCommand

PROGRAM = r"C:\Program Files\Memurai\memurai.exe"
CONFIGURATION = r"C:\Program Files\Memurai\memurai-production.conf"


@pytest.mark.parametrize(
    "image_path",
    [
        rf'"{PROGRAM}" --service-run "{CONFIGURATION}"',
        rf'"{PROGRAM}" --service-run --service-name Memurai "{CONFIGURATION}"',
        rf'{PROGRAM} --service-run "{CONFIGURATION}"',
        rf'  "{PROGRAM}"   --SERVICE-RUN "{CONFIGURATION}"  ',
    ],
)
def test_program_and_configuration_are_found(image_path: str) -> None:
    found = ServiceCommand.of(image_path)
    assert (found.program, found.configuration) == (PROGRAM, CONFIGURATION)
    assert (found.folder, found.is_sentinel) == (r"C:\Program Files\Memurai", False)


@pytest.mark.parametrize("words", ["--sentinel", "--service-run --sentinel"])
def test_a_sentinel_is_known_by_its_option(words: str) -> None:
    assert ServiceCommand.of(rf'"{PROGRAM}" {words} "{CONFIGURATION}"').is_sentinel


@pytest.mark.parametrize(
    ("image_path", "reason"),
    [
        ("", "no configuration"),
        (rf'"{PROGRAM}" --service-run', "no configuration"),
        (rf'"{PROGRAM}" --service-run "{CONFIGURATION}" --dir D:\secret', "the option --dir on its command line"),
        (rf'"{PROGRAM}" --service-run "{CONFIGURATION}" secret', "a word that is no option"),
        (rf'"{PROGRAM}" --service-run "{CONFIGURATION}" "C:\other.conf"', "more than one configuration"),
        (rf'"{PROGRAM}" --service-run memurai.conf', "a path that is not absolute"),
        (r'"%ProgramFiles%\Memurai\memurai.exe" --service-run "C:\memurai.conf"', "a path that is not absolute"),
        (rf"\"{PROGRAM}\" --service-run \"C:\secret.conf\"", "quotes that do not stand around whole words"),
        (rf'"{PROGRAM}" --service-run C:\Program Files\secret.conf', "a word that is no option"),
    ],
)
def test_anything_else_is_refused_without_a_word_that_may_be_secret(image_path: str, reason: str) -> None:
    with pytest.raises(ServiceCommandError, match=reason) as caught:
        ServiceCommand.of(image_path)
    assert "secret" not in str(caught.value)
