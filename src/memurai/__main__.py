"""What an operator asks of the project itself: `python -m memurai settings`, `secrets generate` or `monitoring`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from memurai import monitoring
from memurai.exceptions import MemuraiError
from memurai.settings import new_secrets
from memurai.settings.reference import reference

ERROR_EXIT_CODE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    arguments: the command line without the program's name, default: this process's.
    """
    options = _parser().parse_args(arguments)
    try:
        text = ACTIONS[options.action](options)
    except MemuraiError as error:
        sys.stderr.write(f"memurai: {error}\n")
        return ERROR_EXIT_CODE
    sys.stdout.write(text)
    return 0


def _secrets(options: argparse.Namespace) -> str:
    generated = new_secrets.generate(options.environment, users=options.users, replication=options.replication)
    if options.directory is None:
        return new_secrets.export_lines(generated, options.environment)
    return new_secrets.write(generated, options.directory)


def _settings(_: argparse.Namespace) -> str:
    return reference()


def _monitoring(options: argparse.Namespace) -> str:
    return monitoring.alert_reference() if options.directory is None else monitoring.write(options.directory)


ACTIONS = {"settings": _settings, "secrets": _secrets, "monitoring": _monitoring}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m memurai", description="Memurai in production, as code.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("settings", help="print the documentation of every setting: docs/settings.md")
    secrets = actions.add_parser("secrets", help="strong secrets for an environment")
    generate = secrets.add_subparsers(dest="secrets_action", required=True, metavar="ACTION").add_parser(
        "generate", help="make a password and a secret name of CONFIG, and print the export lines"
    )
    generate.add_argument(
        "--environment",
        metavar="NAME",
        type=new_secrets.environment_name,
        help="whose they are, e.g. prod; without it they are for the variables of the default settings",
    )
    generate.add_argument("--users", action="store_true", help="with the passwords of the users of memurai_users")
    generate.add_argument("--replication", action="store_true", help="with the passwords of a set: memurai_replication")
    generate.add_argument(
        "--directory",
        metavar="DIR",
        type=Path,
        help="write them into files there that only you can read, and print their sources instead",
    )
    pack = actions.add_parser("monitoring", help="print the documentation of the alerts: docs/alerts.md")
    pack.add_argument(
        "--directory",
        metavar="DIR",
        type=Path,
        help="write alert rules, their tests, scrape configuration and dashboard there instead: files/monitoring",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
