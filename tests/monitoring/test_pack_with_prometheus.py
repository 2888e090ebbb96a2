"""The pack in a real Prometheus, which scrapes real exporters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from monitoring_stand import PRIMARY, REPLICA, Stand, eventually

from memurai.monitoring import alerts
from memurai.monitoring.alerts import SERVER
from memurai.monitoring.dashboard import dashboard
from memurai.monitoring.rules.traffic import clients_percent
from memurai.settings.groups import BackupSettings, MonitoringSettings

# The last seconds, where Grafana would take some minutes.
RATE_INTERVAL = "20s"
NOT_COPIED = ("MemuraiBackupCopyFailed", REPLICA)
ALERTS = [alert for group in alerts(MonitoringSettings(), BackupSettings()).values() for alert in group]
# redis_exporter has it since its version 1.68, Debian's has not.
NEWER = {"redis_max_clients"}


def grafana_queries() -> Iterator[Any]:
    """Yield every query of the dashboard, as Grafana sends it when everything is chosen."""
    model: dict[str, Any] = dashboard(MonitoringSettings())
    for panel in model["panels"]:
        for target in panel.get("targets", []):
            text = target["expr"].replace("$__rate_interval", RATE_INTERVAL)
            yield pytest.param(re.sub(r"\$(deployment|instance)", ".+", text), id=f"{panel['title']} {target['refId']}")


def metrics_of(expression: str) -> set[str]:
    """Return the names of the metrics that stand in an expression."""
    without_texts = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:redis|memurai|windows)_\w+", without_texts))


@pytest.mark.parametrize("query", [*grafana_queries()])
def test_every_query_of_the_dashboard_returns_data(stand: Stand, query: str) -> None:
    def returns_data() -> bool:
        stand.use()
        return bool(stand.query(query))

    eventually(f"data for {query}", returns_data)


@pytest.mark.parametrize("name", ["deployment", "instance"])
def test_the_variables_of_the_dashboard_have_values(stand: Stand, name: str) -> None:
    model: dict[str, Any] = dashboard(MonitoringSettings())
    definition = next(item["definition"] for item in model["templating"]["list"] if item["name"] == name)
    selector, _, label = definition.removeprefix("label_values(").removesuffix(")").rpartition(", ")
    assert label == name
    expected = {"deployment": {"practice"}, "instance": {PRIMARY, REPLICA}}[name]
    eventually(
        f"{expected} as values of {name}",
        lambda: {s["metric"][label] for s in stand.query(selector.replace("$deployment", ".+"))} == expected,
    )


def test_every_rule_is_loaded_and_can_be_evaluated(stand: Stand) -> None:
    eventually("evaluated rules", lambda: all(rule["health"] != "unknown" for rule in stand.rules()))
    assert {rule["name"]: rule["lastError"] for rule in stand.rules() if "lastError" in rule} == {}
    assert {rule["name"] for rule in stand.rules()} == {alert.name for alert in ALERTS}


def test_every_metric_the_alerts_name_exists(stand: Stand) -> None:
    named = {name for alert in ALERTS for name in metrics_of(alert.expression)} - NEWER
    assert len(named) > 30
    assert named - stand.names() == set()


def test_the_limit_of_clients_is_known_with_and_without_the_command_config(stand: Stand) -> None:
    assert {sample["metric"]["instance"] for sample in stand.query("redis_config_maxclients")} == {PRIMARY}
    assert {sample["metric"]["instance"] for sample in stand.query(clients_percent(SERVER))} == {PRIMARY, REPLICA}


def test_healthy_servers_raise_no_alert_and_the_missing_copy_raises_its_own(stand: Stand) -> None:
    eventually("the alert of the missing copy alone", lambda: stand.alerts() == {NOT_COPIED: "firing"})


def test_a_lost_replica_is_noticed_at_the_replica_and_at_its_primary(stand: Stand) -> None:
    expected = {("MemuraiServerDown", REPLICA), ("MemuraiReplicaLost", PRIMARY), NOT_COPIED}
    stand.stop_replica()
    try:
        eventually(f"the alerts {expected}", lambda: set(stand.alerts()) == expected)
    finally:
        stand.start_replica()
    eventually("nobody missed any more", lambda: not {"MemuraiServerDown", "MemuraiReplicaLost"} & active(stand))


def active(stand: Stand) -> set[str]:
    """Return the names of the active alerts."""
    return {name for name, _ in stand.alerts()}
