"""What Prometheus is to scrape: redis_exporter and windows_exporter on each host, which is named once.

A host is one entry in a list of targets, without a port; each job adds the port of its exporter. So `instance` is the
host's name for all of them, and rules can put together what different exporters say about one host.
"""

from memurai.monitoring.alerts import SENTINEL_JOB, SERVER_JOB, WINDOWS_JOB
from memurai.monitoring.yaml_text import Value

RULES_FILE = "memurai-alerts.yml"
SERVERS_FILE = "targets/servers.yml"
SENTINELS_FILE = "targets/sentinels.yml"

# https://github.com/prometheus/prometheus/wiki/Default-port-allocations
REDIS_EXPORTER_PORT = 9121
WINDOWS_EXPORTER_PORT = 9182

SERVER_TARGET = "redis://127.0.0.1:6379"
SENTINEL_TARGET = "redis://127.0.0.1:26379"


def prometheus_configuration() -> dict[str, Value]:
    """Return the configuration of Prometheus."""
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": [RULES_FILE],
        "scrape_configs": [
            _redis_exporter(SERVER_JOB, SERVERS_FILE, SERVER_TARGET),
            _redis_exporter(SENTINEL_JOB, SENTINELS_FILE, SENTINEL_TARGET),
            _windows_exporter(),
        ],
    }


def example_servers() -> list[Value]:
    """Return the list of servers as an example: one with the usual address, one that says where its server listens."""
    return [
        {"targets": ["cache1.example.com"], "labels": {"deployment": "prod"}},
        {
            "targets": ["cache2.example.com"],
            "labels": {"deployment": "prod", "__param_target": "rediss://monitoring@127.0.0.1:6380"},
        },
    ]


def example_sentinels() -> list[Value]:
    """Return the list of Sentinels as an example."""
    return [{"targets": ["cache1.example.com", "cache2.example.com"], "labels": {"deployment": "prod"}}]


def _redis_exporter(job: str, targets_file: str, target: str) -> Value:
    """Return a job that asks a host's redis_exporter for the server, or Sentinel, beside it.

    target: where that listens, unless the list of targets says `__param_target`.
    """
    return {
        "job_name": job,
        "metrics_path": "/scrape",
        "file_sd_configs": [{"files": [targets_file]}],
        "relabel_configs": [
            {"source_labels": ["__param_target"], "regex": "", "target_label": "__param_target", "replacement": target},
            *_host(REDIS_EXPORTER_PORT),
        ],
    }


def _windows_exporter() -> Value:
    return {
        "job_name": WINDOWS_JOB,
        "file_sd_configs": [{"files": [SERVERS_FILE, SENTINELS_FILE]}],
        # A host that is in both lists is one target, once what only redis_exporter needs is gone.
        "relabel_configs": [{"action": "labeldrop", "regex": "__param_target"}, *_host(WINDOWS_EXPORTER_PORT)],
    }


def _host(port: int) -> list[Value]:
    return [
        {"source_labels": ["__address__"], "target_label": "instance"},
        {"source_labels": ["__address__"], "target_label": "__address__", "replacement": f"$1:{port}"},
    ]
