"""The settings of a health check, with figures that no deploy would take: a test shall not have to wait for them."""

from __future__ import annotations

from typing import Any

from memurai import jobs
from memurai.settings import Settings
from memurai.settings.groups import MonitoringSettings

PACKAGE = {"version": "4.2.2", "source": "memurai.msi", "sha256": "0" * 64}


def health_settings(figures: dict[str, float], *, has_backups: bool, is_logged: bool, **more: Any) -> dict[str, Any]:
    """Return what stands in health.json.

    figures: of memurai_monitoring. more: what stands there otherwise, by its name in PascalCase.
    """
    settings = Settings.model_validate(
        {"package": PACKAGE, "backup": {"enabled": has_backups}, "persistence": {"appendonly": is_logged}}
    ).model_copy(update={"monitoring": MonitoringSettings().model_copy(update=figures)})
    (job,) = (job for job in jobs.jobs(settings) if job.name == "health")
    return {**job.values, **more}
