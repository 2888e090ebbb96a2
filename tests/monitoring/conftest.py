"""The stand that the pack is tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from monitoring_stand import Stand


@pytest.fixture(scope="session")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Prometheus, exporters, servers and a Sentinel; a test leaves them as they were."""
    with Stand(tmp_path_factory.mktemp("stand")).started() as started:
        yield started
