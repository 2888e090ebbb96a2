"""The monitoring pack: alert rules with their tests, scrape configuration and dashboard, from the settings' figures."""

from memurai.monitoring.alerts import Alert
from memurai.monitoring.pack import alert_reference, files, write
from memurai.monitoring.rules import alerts

__all__ = ["Alert", "alert_reference", "alerts", "files", "write"]
