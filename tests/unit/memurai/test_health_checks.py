"""The health check's checks and metrics: they name what a host knows, and each case of a check can come about."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from health_settings import PACKAGE

from memurai import jobs
from memurai.health.checks import checks
from memurai.health.metrics import METRICS
from memurai.health.model import FACTS, FIELDS, REPLICA_FIELDS, Check, Condition
from memurai.settings import Settings

LIBRARY = Path(__file__).parents[3] / "src" / "memurai" / "powershell"
# What a server reports that is no primary of replicas, too, and an old one may not.
OPTIONAL = {"connected_slaves"}


def settings(*, backups: bool = True, appendonly: bool = True) -> Settings:
    return Settings.model_validate(
        {"package": PACKAGE, "backup": {"enabled": backups}, "persistence": {"appendonly": appendonly}}
    )


def checks_of(settings: Settings) -> tuple[Check, ...]:
    return checks(settings, change_folders=["C:/changes"], event_source="Source")


CASES = [*checks_of(settings()), *checks_of(settings(backups=False, appendonly=False))]


def conditions(check: Check) -> Iterator[Condition]:
    yield from (*check.when, *check.critical, *check.warning, *(remark.when for remark in check.remarks))


def facts_of(check: Check) -> set[str]:
    """Return the facts that a check names."""
    texts = " ".join((check.value, check.advice, *(remark.text for remark in check.remarks)))
    return {condition.fact for condition in conditions(check)} | set(re.findall(r"{(\w+)}", texts))


@pytest.mark.parametrize("check", CASES, ids=lambda check: check.name)
def test_a_check_names_what_a_host_knows(check: Check) -> None:
    known = {*FACTS, *FIELDS, *OPTIONAL}
    is_of_a_replica = check.name == "replication" and "role" not in facts_of(check)
    assert facts_of(check) - known == (set(REPLICA_FIELDS) if is_of_a_replica else set())


def test_metrics_are_of_what_a_host_knows_and_none_is_there_twice() -> None:
    assert {metric.fact for metric in METRICS} <= {*FACTS, *FIELDS, *REPLICA_FIELDS, *OPTIONAL}
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert {metric.name for metric in METRICS if metric.kind == "counter"} == {
        metric.name for metric in METRICS if metric.name.endswith("_total")
    }


def test_the_host_has_the_facts_that_are_said_to_be_there_and_no_other() -> None:
    text = "".join(path.read_text() for path in LIBRARY.rglob("*.ps1"))
    told = set(re.findall(r"(?i)\$facts\.(\w+) = ", text))
    assert told == set(FACTS)


def test_a_case_of_a_check_is_not_hidden_by_one_before_it() -> None:
    for first, later in itertools.combinations(checks_of(settings()), 2):
        assert first.name != later.name or not set(first.when) <= set(later.when), later


@pytest.mark.parametrize("check", CASES, ids=lambda check: check.name)
def test_what_is_not_well_comes_with_advice(check: Check) -> None:
    assert bool(check.advice) or not (check.critical or check.warning)


def test_figures_of_the_settings_are_what_is_judged_by() -> None:
    figures = Settings.model_validate(
        {"package": PACKAGE, "monitoring": {"memory_warning_percent": 61, "memory_critical_percent": 62}}
    )
    fatal, evicting = (check for check in checks_of(figures) if check.name == "memory")
    assert fatal.critical == (Condition("memory_percent", "at least", 62),)
    assert Condition("memory_percent", "at least", 61) in fatal.warning
    assert (evicting.critical, evicting.warning) == ((), fatal.warning)
    assert evicting.expected == "a limit, and less than 61 % of it used"


def test_the_settings_file_is_json_that_people_can_read() -> None:
    for job in jobs.jobs(settings()):
        text = jobs.settings_text(job)
        assert json.loads(text) == job.values
        assert '"SecretPath": ' in text.splitlines()[8]
    condition = '{"Fact": "memory_percent", "Comparison": "at least", "Value": 95}'
    assert f'      "Critical": [{condition}],' in text.splitlines()
