"""The dashboard is what Grafana imports, and its colours change at the settings' figures."""

from __future__ import annotations

import itertools
import re
from typing import Any

from memurai.monitoring.dashboard import IN_FUTURE, dashboard
from memurai.settings.groups import MonitoringSettings

FIGURES = MonitoringSettings()
MODEL: dict[str, Any] = dashboard(FIGURES)
ROWS = [panel for panel in MODEL["panels"] if panel["type"] == "row"]
PANELS = [panel for panel in MODEL["panels"] if panel["type"] != "row"]


def steps(title: str) -> list[float]:
    """Return the values at which the colour of a panel changes."""
    panel = next(panel for panel in PANELS if panel["title"] == title)
    return [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]][1:]


def test_it_has_what_grafana_needs_to_know_it() -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,40}", MODEL["uid"])
    assert MODEL["title"] == "Memurai"
    assert MODEL["schemaVersion"] >= 39
    assert [variable["name"] for variable in MODEL["templating"]["list"]] == ["datasource", "deployment", "instance"]


def test_it_has_a_row_for_everything_that_is_watched() -> None:
    assert [row["title"] for row in ROWS] == [
        "Overview", "Memory", "Throughput", "Latency", "Hit rate", "Clients", "Persistence", "Replication", "Sentinel",
        "Backup", "Rehearsal", "Host",
    ]  # fmt: skip


def test_panels_are_told_apart_and_do_not_overlap() -> None:
    identifiers = [panel["id"] for panel in MODEL["panels"]]
    assert len(set(identifiers)) == len(identifiers)
    for one, other in itertools.combinations([panel["gridPos"] for panel in MODEL["panels"]], 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_below
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in MODEL["panels"])


def test_every_panel_has_a_unit_and_queries_of_the_chosen_source() -> None:
    for panel in PANELS:
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        references = [target["refId"] for target in panel["targets"]]
        assert references
        assert len(set(references)) == len(references)
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert "$deployment" in target["expr"]
            assert target["instant"] != target["range"]


def test_only_grafana_s_own_and_its_own_variables_are_used() -> None:
    used = {name for panel in PANELS for target in panel["targets"] for name in re.findall(r"\$(\w+)", target["expr"])}
    assert used == {"deployment", "instance", "__rate_interval"}


def test_colours_change_at_the_figures_of_the_settings() -> None:
    assert steps("Memory used, of maxmemory") == [FIGURES.memory_warning_percent, FIGURES.memory_critical_percent]
    assert steps("Fragmentation") == [FIGURES.fragmentation_warning_ratio]
    assert steps("Lookups that find their key") == [FIGURES.hit_rate_warning_percent]
    assert steps("Connected clients, of maxclients") == [FIGURES.clients_warning_percent]
    assert steps("Blocked clients") == [FIGURES.blocked_clients_warning]
    assert steps("Since the primary was heard of") == [FIGURES.replication_lag_warning_seconds]
    assert steps("Age of the newest good backup") == [
        IN_FUTURE,
        FIGURES.backup_age_warning_hours,
        FIGURES.backup_age_critical_hours,
    ]
    assert steps("Age of the last that passed") == [IN_FUTURE, FIGURES.rehearsal_age_warning_hours]
    assert steps("Free space of the drives in use") == [
        FIGURES.disk_free_critical_percent,
        FIGURES.disk_free_warning_percent,
    ]


def test_other_figures_change_the_dashboard() -> None:
    other = FIGURES.model_copy(update={"memory_warning_percent": 55})
    assert dashboard(other) != MODEL
