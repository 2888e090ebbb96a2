"""What the host does by itself: backups that are proven, and its health."""

from __future__ import annotations

from datetime import timedelta

import pytest
from host_clock import CLOCK_TOLERANCE, age
from pyinfra.api import Host
from server import ServerOnHost

from memurai import jobs
from memurai.facts.backups import Backups
from memurai.settings import Settings
from winfra.facts.events import EventEntries
from winfra.facts.tasks import Task
from winfra.security import SYSTEM

WARNING = 2
IN_FUTURE = "{} in the future, by this machine's clock: the host's was wrong, or is, or this machine's is"


def test_tasks(windows: Host, settings: Settings) -> None:
    """Each job has its task, as SYSTEM, enabled, and its last run succeeded if there was one."""
    for job in jobs.jobs(settings):
        found = windows.get_fact(Task, task=jobs.task_name(settings, job.name))
        assert found["exists"] == job.enabled, found["name"]
        if job.enabled:
            assert (found["enabled"], found["user_sid"], found["arguments"]) == (
                True,
                SYSTEM,
                jobs.arguments(settings, job),
            )
            assert found["last_task_result"] in (None, 0, WARNING), f"{found['name']}: look at the Application log"


def test_backup(windows: Host, settings: Settings) -> None:
    """The newest backup is young enough, the last run of the job succeeded, and it was loaded to prove it.

    What has a time in the future has no age: the clock was wrong, or is.
    """
    if not settings.backup.enabled:
        pytest.skip("memurai_backup.enabled is off")
    found = windows.get_fact(Backups, folder=settings.storage.backup)
    assert found["problems"] == []
    assert found["last_run"] is not None, "no backup was taken: run tasks/backup.py"
    assert (found["last_run"]["exit_code"], found["last_run"]["problems"]) == (0, [])
    assert age(found["last_run"]["ended_utc"]) > -CLOCK_TOLERANCE, IN_FUTURE.format("the last run ended")
    oldest = timedelta(hours=settings.monitoring.backup_age_warning_hours)
    taken = [item["taken_utc"] for item in found["backups"] if item["is_age_known"]]
    assert taken, "there is no backup of a known age: run tasks/backup.py"
    assert age(taken[0]) > -CLOCK_TOLERANCE, IN_FUTURE.format("the newest backup was taken")
    assert age(taken[0]) < oldest
    rehearsed = [item["rehearsed_utc"] for item in found["backups"] if item["rehearsal"] == "passed"]
    assert rehearsed, "no backup was rehearsed: nobody knows whether they can be restored"
    last = max(filter(None, rehearsed))
    assert age(last) > -CLOCK_TOLERANCE, IN_FUTURE.format("the last rehearsal was made")
    assert age(last) < timedelta(hours=settings.monitoring.rehearsal_age_warning_hours)


def test_health(silent_server: ServerOnHost, windows: Host, settings: Settings) -> None:
    """The health check, run now, finds nothing critical."""
    if not settings.monitoring.enabled:
        pytest.skip("memurai_monitoring.enabled is off")
    task = jobs.task_name(settings, "health")
    silent_server.call("Start-WinTask", Name=task)
    found = windows.get_fact(Task, task=task)
    # The newest one says what is wrong.
    events = [event["message"] for event in windows.get_fact(EventEntries, source=jobs.EVENT_SOURCE)["entries"]]
    assert found["last_task_result"] in (0, WARNING), events[:1]
