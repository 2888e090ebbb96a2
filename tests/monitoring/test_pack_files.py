"""The files of the pack: they are up to date, Prometheus accepts them, and their figures are the settings'."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from monitoring_stand import SENTINEL_RIGHTS, SERVER_RIGHTS, program

from memurai import monitoring
from memurai.__main__ import main
from memurai.monitoring import Alert, scrape
from memurai.monitoring.pack import TEST_FILES
from memurai.monitoring.yaml_text import yaml_text
from memurai.settings.groups import BackupSettings, MonitoringSettings

PROJECT = Path(__file__).parents[2]
PACK = PROJECT / "files" / "monitoring"
DEFAULTS = MonitoringSettings()
ALERTS = [alert for group in monitoring.alerts(DEFAULTS, BackupSettings()).values() for alert in group]
OTHER_FIGURES: dict[str, Any] = {
    "every_minutes": 7,
    "memory_warning_percent": 61,
    "memory_critical_percent": 62,
    "fragmentation_warning_ratio": 2.5,
    "hit_rate_warning_percent": 63,
    "clients_warning_percent": 64,
    "blocked_clients_warning": 65,
    "replication_lag_warning_seconds": 66,
    "slowlog_growth_warning": 67,
    "backup_age_warning_hours": 28,
    "backup_age_critical_hours": 29,
    "rehearsal_age_warning_hours": 35,
    "disk_free_warning_percent": 31,
    "disk_free_critical_percent": 22,
}


def promtool(folder: Path, *arguments: str) -> str:
    """Return what promtool says in a folder; fail if it does not accept what it is given."""
    command = [program("promtool"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_pack_is_up_to_date() -> None:
    pack = monitoring.files(DEFAULTS, BackupSettings())
    written = {str(path.relative_to(PACK)): path.read_text() for path in PACK.rglob("*") if path.is_file()}
    assert set(written) == set(pack)
    for name, text in pack.items():
        assert written[name] == text, (
            f"{name} is not what the source says; write it again: "
            "python -m memurai monitoring --directory files/monitoring"
        )


def test_the_documentation_of_the_alerts_is_up_to_date() -> None:
    assert (PROJECT / "docs" / "alerts.md").read_text() == monitoring.alert_reference(), (
        "docs/alerts.md is not what the alerts say; write it again: python -m memurai monitoring > docs/alerts.md"
    )


def test_the_guide_names_files_and_ports_that_there_are() -> None:
    guide = (PROJECT / "docs" / "monitoring.md").read_text()
    for name in monitoring.files(DEFAULTS, BackupSettings()):
        assert f"`{name}`" in guide, name
    for port in (scrape.REDIS_EXPORTER_PORT, scrape.WINDOWS_EXPORTER_PORT):
        assert str(port) in guide
    for link in re.findall(r"\]\(([^)#:]+)\)", guide):
        assert (PROJECT / "docs" / link).exists(), link


def test_the_guide_names_the_rights_with_which_the_exporter_is_tried() -> None:
    words = " ".join((PROJECT / "docs" / "monitoring.md").read_text().split())
    assert SERVER_RIGHTS in words
    assert SENTINEL_RIGHTS in words


def test_prometheus_accepts_configuration_and_rules() -> None:
    assert f"{len(ALERTS)} rules found" in promtool(PACK, "check", "rules", scrape.RULES_FILE)
    assert "is valid prometheus config" in promtool(PACK, "check", "config", "prometheus.yml")


@pytest.mark.parametrize("name", TEST_FILES.values())
def test_every_alert_fires_and_stays_quiet_when_it_should(name: str) -> None:
    assert "SUCCESS" in promtool(PACK, "test", "rules", name)


def test_every_alert_has_both_cases_in_the_files() -> None:
    text = "".join((PACK / name).read_text() for name in TEST_FILES.values())
    for alert in ALERTS:
        for outcome in ("fires", "quiet"):
            assert f"- name: {alert.name} {outcome}\n" in text


def test_a_case_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    monitoring.write(tmp_path)
    rules = tmp_path / scrape.RULES_FILE
    rules.write_text(rules.read_text().replace("memurai_backup_unproven == 1", "memurai_backup_unproven == 0"))
    command = [program("promtool"), "test", "rules", TEST_FILES["1h"]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "MemuraiBackupUnproven" in done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alert_says_what_it_means_and_what_to_do(alert: Alert) -> None:
    assert re.fullmatch(r"Memurai[A-Z][A-Za-z]+", alert.name)
    assert "$labels." in alert.summary
    assert alert.meaning.endswith(".")
    assert re.search(r"[.?]$", alert.action)
    assert "|" not in alert.meaning + alert.action


def test_names_are_unique() -> None:
    names = [alert.name for alert in ALERTS]
    assert sorted(set(names)) == sorted(names)


def test_every_figure_of_the_settings_is_tried() -> None:
    figures = set(MonitoringSettings.model_fields) - {"enabled", "textfile_folder"}
    assert set(OTHER_FIGURES) == figures


@pytest.mark.parametrize("name", OTHER_FIGURES)
def test_every_figure_of_the_settings_changes_the_rules(name: str) -> None:
    changed = DEFAULTS.model_copy(update={name: OTHER_FIGURES[name]})
    pack, other = (monitoring.files(figures, BackupSettings()) for figures in (DEFAULTS, changed))
    assert pack[scrape.RULES_FILE] != other[scrape.RULES_FILE]


def test_the_cases_hold_for_other_figures_too(tmp_path: Path) -> None:
    pack = monitoring.files(MonitoringSettings(**OTHER_FIGURES), BackupSettings(rehearse="weekly"))
    for name in (scrape.RULES_FILE, *TEST_FILES.values()):
        (tmp_path / name).write_text(pack[name])
    for name in TEST_FILES.values():
        assert "SUCCESS" in promtool(tmp_path, "test", "rules", name)


def test_an_unproven_backup_is_waited_for_as_long_as_rehearsals_are_apart() -> None:
    holds = {
        rehearse: alert.hold
        for rehearse in ("each", "weekly")
        for alert in monitoring.alerts(DEFAULTS, BackupSettings(rehearse=rehearse))["memurai-rehearsal"]
        if alert.name == "MemuraiBackupUnproven"
    }
    assert holds == {"each": "26h", "weekly": "194h"}


def test_the_command_writes_the_pack_and_names_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "folder"
    assert main(["monitoring", "--directory", str(folder)]) == 0
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert {str(path.relative_to(folder)): path.read_text() for path in paths} == monitoring.files(
        DEFAULTS, BackupSettings()
    )


def test_the_command_prints_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitoring"]) == 0
    assert capsys.readouterr().out == monitoring.alert_reference()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    obstacle = tmp_path / "file"
    obstacle.write_text("")
    assert main(["monitoring", "--directory", str(obstacle)]) == 2
    error = capsys.readouterr().err
    assert f"expected to write the monitoring pack into {obstacle}, found: " in error
    assert "name a folder that you may change" in error


def test_a_text_of_several_lines_stands_as_it_reads() -> None:
    value = {"rule": "two\nlines", "list": [1, {"a": "yes", "b": ["1m"]}], "order": None}
    text = yaml_text(value)
    assert text.startswith("rule: |-\n  two\n  lines\nlist:\n  - 1\n")
    assert yaml.safe_load(text) == value
