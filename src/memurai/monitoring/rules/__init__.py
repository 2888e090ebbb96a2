"""The alerts, by what they watch."""

from memurai.monitoring.alerts import Alert
from memurai.monitoring.rules import availability, backup, host, memory, persistence, replication, sentinel, traffic
from memurai.settings.groups import BackupSettings, MonitoringSettings


def alerts(figures: MonitoringSettings, backups: BackupSettings) -> dict[str, tuple[Alert, ...]]:
    """Return all alerts by group.

    figures: from which figures on something is wrong.
    backups: how often a backup is rehearsed.
    """
    return {
        "memurai-availability": (*availability.server_alerts(), *availability.health_alerts(figures)),
        "memurai-memory": (*memory.usage_alerts(figures), *memory.effect_alerts(figures)),
        "memurai-traffic": (*traffic.client_alerts(figures), *traffic.command_alerts(figures)),
        "memurai-persistence": tuple(persistence.persistence_alerts()),
        "memurai-replication": (*replication.link_alerts(figures), *replication.role_alerts()),
        "memurai-sentinel": (*sentinel.sentinel_alerts(), *sentinel.primary_alerts(), *sentinel.agreement_alerts()),
        "memurai-backup": (*backup.run_alerts(), *backup.age_alerts(figures), *backup.clock_alerts()),
        "memurai-rehearsal": tuple(backup.rehearsal_alerts(figures, backups)),
        "memurai-host": tuple(host.disk_alerts(figures)),
    }
