"""What one host is to be: the only place that knows a setting's name, type, bounds, default and meaning."""

from memurai.exceptions import SettingsError
from memurai.settings.environments import Environments
from memurai.settings.loading import from_host_data
from memurai.settings.model import Settings

__all__ = ["Environments", "Settings", "SettingsError", "from_host_data"]
