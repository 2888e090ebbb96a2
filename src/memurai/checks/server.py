"""What a running server says of itself (INFO), and what it must not say."""

from collections.abc import Mapping
from dataclasses import dataclass

from memurai.settings import Settings


@dataclass(frozen=True)
class Unwanted:
    """What a server must not report of itself; not to report the field at all is fine.

    field: of INFO. word: what its value must not contain, in any case. advice: what to do when it does.
    """

    field: str
    word: str
    advice: str

    @property
    def wanted(self) -> str:
        """What is expected instead, in words."""
        return f"without {self.word}"

    def is_in(self, info: Mapping[str, str]) -> bool:
        """Whether a server reports it."""
        return self.word.casefold() in info.get(self.field, "").casefold()


DEVELOPER_EDITION = Unwanted(
    "memurai_edition",
    "Developer",
    "this edition may not be used in production and stops by itself after ten days, without saving. Name an Enterprise "
    'licence by memurai_package["license_file"], or set memurai_package["allow_developer_edition"] = True.',
)


def unwanted_info(settings: Settings, *, is_production: bool) -> tuple[Unwanted, ...]:
    """Return what INFO must not say of a server. A Redis, which says nothing of an edition, is fine."""
    return (DEVELOPER_EDITION,) if is_production and not settings.package.allow_developer_edition else ()


def expected_info(settings: Settings) -> dict[str, str]:
    """Return what INFO says of a server that runs with these settings; the role of a set's member is the set's."""
    return {
        "loading": "0",
        **({} if settings.replication.enabled else {"role": "master"}),
        "aof_enabled": str(int(settings.persistence.appendonly)),
        # A server that the system gives fewer handles lowers this by itself, and every later deploy fails to raise it.
        "maxclients": str(settings.security.maxclients),
        "maxmemory": str(settings.memory.maxmemory),
        "maxmemory_policy": settings.memory.policy,
    }
