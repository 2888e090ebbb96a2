"""What Redis 7 knows of each directive: the kind of its value, its default, and whether CONFIG SET takes it.

Facts of the table of configurations in https://github.com/redis/redis/blob/7.4.1/src/config.c, which holds all names of
7.0 and 7.2 too (Memurai 4.2 is at the level of Redis 7.4.9). "Immutable" is also what Redis calls protected: `dir`
and `dbfilename`, unless enable-protected-configs says otherwise. The three directives of Memurai alone are those of its
own memurai.conf; whether they can be changed live isn't documented, so they are taken for immutable.
"""

from dataclasses import dataclass

from memurai.config.kinds import (
    ADDRESSES,
    BUFFER_LIMITS,
    FLAG,
    INTEGER,
    KEYSPACE_EVENTS,
    OCTAL,
    OOM_SCORES,
    PATH,
    PERCENTILES,
    PRIMARY,
    SAVE_POINTS,
    SIZE,
    SIZE_OR_PERCENTAGE,
    TEXT,
    Kind,
    choice,
    words,
)

CHANNELS = choice("allchannels", "resetchannels")
DISKLESS_LOAD = choice("disabled", "on-empty-db", "swapdb")
ENDPOINT = choice("ip", "hostname", "unknown-endpoint")
EVICTION = choice(
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
)
FACILITY = choice("user", *(f"local{number}" for number in range(8)))
FSYNC = choice("everysec", "always", "no")
LOG_LEVEL = choice("debug", "verbose", "notice", "warning", "nothing")
OOM_SCORE = choice("no", "yes", "absolute", synonyms=(("relative", "yes"),))
PROPAGATION = choice("ignore", "panic", "panic-on-replicas")
PROTECTED = choice("no", "yes", "local")
SANITIZE = choice("no", "yes", "clients")
SHUTDOWN = words("save", "nosave", "now", "force", none="default")
SUPERVISION = choice("upstart", "systemd", "auto", "no")
TLS_CLIENTS = choice("no", "yes", "optional")
WINDOWS_LOG_LEVEL = choice("debug", "verbose", "notice", "warning", "off")


@dataclass(frozen=True)
class Known:
    """What is known of one directive.

    name: its present name, in lower case.
    kind: how its arguments are read.
    default: its value when no line names it, as a line would say it; None when it has none of its own.
    live: CONFIG SET takes it.
    alias: an older or second name.
    """

    name: str
    kind: Kind
    default: str | None
    live: bool
    alias: str | None = None


def _live(name: str, kind: Kind, default: str | None, alias: str | None = None) -> Known:
    return Known(name, kind, default, live=True, alias=alias)


def _immutable(name: str, kind: Kind, default: str | None, alias: str | None = None) -> Known:
    return Known(name, kind, default, live=False, alias=alias)


TABLE = (
    _live("acl-pubsub-default", CHANNELS, "resetchannels"),
    _immutable("aclfile", PATH, ""),
    _live("acllog-max-len", INTEGER, "128"),
    _live("active-defrag-cycle-max", INTEGER, "25"),
    _live("active-defrag-cycle-min", INTEGER, "1"),
    _live("active-defrag-ignore-bytes", SIZE, "100mb"),
    _live("active-defrag-max-scan-fields", INTEGER, "1000"),
    _live("active-defrag-threshold-lower", INTEGER, "10"),
    _live("active-defrag-threshold-upper", INTEGER, "100"),
    _live("active-expire-effort", INTEGER, "1"),
    _live("activedefrag", FLAG, "no"),
    _live("activerehashing", FLAG, "yes"),
    _immutable("always-show-logo", FLAG, "no"),
    _live("aof-disable-auto-gc", FLAG, "no"),
    _live("aof-load-truncated", FLAG, "yes"),
    _immutable("aof-rewrite-cpulist", TEXT, "", "aof_rewrite_cpulist"),
    _live("aof-rewrite-incremental-fsync", FLAG, "yes"),
    _live("aof-timestamp-enabled", FLAG, "no"),
    _live("aof-use-rdb-preamble", FLAG, "yes"),
    _immutable("appenddirname", TEXT, "appendonlydir"),
    _immutable("appendfilename", TEXT, "appendonly.aof"),
    _live("appendfsync", FSYNC, "everysec"),
    _live("appendonly", FLAG, "no"),
    _live("auto-aof-rewrite-min-size", SIZE, "64mb"),
    _live("auto-aof-rewrite-percentage", INTEGER, "100"),
    _immutable("bgsave-cpulist", TEXT, "", "bgsave_cpulist"),
    _live("bind", ADDRESSES, "* -::*"),
    _live("bind-source-addr", TEXT, ""),
    _immutable("bio-cpulist", TEXT, "", "bio_cpulist"),
    _live("busy-reply-threshold", INTEGER, "5000", "lua-time-limit"),
    _live("client-output-buffer-limit", BUFFER_LIMITS, "normal 0 0 0 replica 256mb 64mb 60 pubsub 32mb 8mb 60"),
    _live("client-query-buffer-limit", SIZE, "1gb"),
    _live("cluster-allow-pubsubshard-when-down", FLAG, "yes"),
    _live("cluster-allow-reads-when-down", FLAG, "no"),
    _live("cluster-allow-replica-migration", FLAG, "yes"),
    _live("cluster-announce-bus-port", INTEGER, "0"),
    _live("cluster-announce-hostname", TEXT, ""),
    _live("cluster-announce-human-nodename", TEXT, ""),
    _live("cluster-announce-ip", TEXT, ""),
    _live("cluster-announce-port", INTEGER, "0"),
    _live("cluster-announce-tls-port", INTEGER, "0"),
    _immutable("cluster-config-file", TEXT, "nodes.conf"),
    _immutable("cluster-enabled", FLAG, "no"),
    _live("cluster-link-sendbuf-limit", SIZE, "0"),
    _live("cluster-migration-barrier", INTEGER, "1"),
    _live("cluster-node-timeout", INTEGER, "15000"),
    _live("cluster-ping-interval", INTEGER, "0"),
    _immutable("cluster-port", INTEGER, "0"),
    _live("cluster-preferred-endpoint-type", ENDPOINT, "ip"),
    _live("cluster-replica-no-failover", FLAG, "no", "cluster-slave-no-failover"),
    _live("cluster-replica-validity-factor", INTEGER, "10", "cluster-slave-validity-factor"),
    _live("cluster-require-full-coverage", FLAG, "yes"),
    _live("crash-log-enabled", FLAG, "yes"),
    _live("crash-memcheck-enabled", FLAG, "yes"),
    _immutable("daemonize", FLAG, "no"),
    _immutable("databases", INTEGER, "16"),
    _immutable("dbfilename", TEXT, "dump.rdb"),
    _immutable("dir", PATH, None),
    _immutable("disable-thp", FLAG, "yes"),
    _live("dynamic-hz", FLAG, "yes"),
    _immutable("enable-debug-command", PROTECTED, "no"),
    _immutable("enable-module-command", PROTECTED, "no"),
    _immutable("enable-protected-configs", PROTECTED, "no"),
    _live("hash-max-listpack-entries", INTEGER, "512", "hash-max-ziplist-entries"),
    _live("hash-max-listpack-value", SIZE, "64", "hash-max-ziplist-value"),
    _live("hide-user-data-from-log", FLAG, "no"),
    _live("hll-sparse-max-bytes", SIZE, "3000"),
    _live("hz", INTEGER, "10"),
    _live("ignore-warnings", TEXT, ""),
    _immutable("instance-name", TEXT, None),
    _immutable("io-threads", INTEGER, "1"),
    _immutable("io-threads-do-reads", FLAG, "no"),
    _live("jemalloc-bg-thread", FLAG, "yes"),
    _live("key-load-delay", INTEGER, "0"),
    _live("latency-monitor-threshold", INTEGER, "0"),
    _live("latency-tracking", FLAG, "yes"),
    _live("latency-tracking-info-percentiles", PERCENTILES, "50 99 99.9"),
    _live("lazyfree-lazy-eviction", FLAG, "no"),
    _live("lazyfree-lazy-expire", FLAG, "no"),
    _live("lazyfree-lazy-server-del", FLAG, "no"),
    _live("lazyfree-lazy-user-del", FLAG, "no"),
    _live("lazyfree-lazy-user-flush", FLAG, "no"),
    _live("lfu-decay-time", INTEGER, "1"),
    _live("lfu-log-factor", INTEGER, "10"),
    _immutable("license-file", PATH, ""),
    _live("list-compress-depth", INTEGER, "0"),
    _live("list-max-listpack-size", INTEGER, "-2", "list-max-ziplist-size"),
    _live("loading-process-events-interval-bytes", INTEGER, "2097152"),
    _live("locale-collate", TEXT, ""),
    _immutable("logfile", PATH, ""),
    _live("loglevel", LOG_LEVEL, "notice"),
    _live("masterauth", TEXT, ""),
    _live("masteruser", TEXT, ""),
    _live("max-new-connections-per-cycle", INTEGER, "10"),
    _live("max-new-tls-connections-per-cycle", INTEGER, "1"),
    _live("maxclients", INTEGER, "10000"),
    _live("maxmemory", SIZE, "0"),
    _live("maxmemory-clients", SIZE_OR_PERCENTAGE, "0"),
    _live("maxmemory-eviction-tenacity", INTEGER, "10"),
    _live("maxmemory-policy", EVICTION, "noeviction"),
    _live("maxmemory-samples", INTEGER, "5"),
    _live("min-replicas-max-lag", INTEGER, "10", "min-slaves-max-lag"),
    _live("min-replicas-to-write", INTEGER, "0", "min-slaves-to-write"),
    _live("no-appendfsync-on-rewrite", FLAG, "no"),
    _live("notify-keyspace-events", KEYSPACE_EVENTS, ""),
    _live("oom-score-adj", OOM_SCORE, "no"),
    _live("oom-score-adj-values", OOM_SCORES, "0 200 800"),
    _immutable("pidfile", PATH, ""),
    _live("port", INTEGER, "6379"),
    _live("proc-title-template", TEXT, "{title} {listen-addr} {server-mode}"),
    _live("propagation-error-behavior", PROPAGATION, "ignore"),
    _live("protected-mode", FLAG, "yes"),
    _live("proto-max-bulk-len", SIZE, "512mb"),
    _live("rdb-del-sync-files", FLAG, "no"),
    _live("rdb-key-save-delay", INTEGER, "0"),
    _live("rdb-save-incremental-fsync", FLAG, "yes"),
    _immutable("rdbchecksum", FLAG, "yes"),
    _live("rdbcompression", FLAG, "yes"),
    _live("repl-backlog-size", SIZE, "1mb"),
    _live("repl-backlog-ttl", INTEGER, "3600"),
    _live("repl-disable-tcp-nodelay", FLAG, "no"),
    _live("repl-diskless-load", DISKLESS_LOAD, "disabled"),
    _live("repl-diskless-sync", FLAG, "yes"),
    _live("repl-diskless-sync-delay", INTEGER, "5"),
    _live("repl-diskless-sync-max-replicas", INTEGER, "0"),
    _live("repl-ping-replica-period", INTEGER, "10", "repl-ping-slave-period"),
    _live("repl-timeout", INTEGER, "60"),
    _live("replica-announce-ip", TEXT, "", "slave-announce-ip"),
    _live("replica-announce-port", INTEGER, "0", "slave-announce-port"),
    _live("replica-announced", FLAG, "yes"),
    _live("replica-ignore-disk-write-errors", FLAG, "no"),
    _live("replica-ignore-maxmemory", FLAG, "yes", "slave-ignore-maxmemory"),
    _live("replica-lazy-flush", FLAG, "no", "slave-lazy-flush"),
    _live("replica-priority", INTEGER, "100", "slave-priority"),
    _live("replica-read-only", FLAG, "yes", "slave-read-only"),
    _live("replica-serve-stale-data", FLAG, "yes", "slave-serve-stale-data"),
    _immutable("replicaof", PRIMARY, "no one", "slaveof"),
    _live("requirepass", TEXT, ""),
    _live("sanitize-dump-payload", SANITIZE, "no"),
    _live("save", SAVE_POINTS, "3600 1 300 100 60 10000"),
    _immutable("server-cpulist", TEXT, "", "server_cpulist"),
    _live("set-max-intset-entries", INTEGER, "512"),
    _live("set-max-listpack-entries", INTEGER, "128"),
    _live("set-max-listpack-value", INTEGER, "64"),
    _immutable("set-proc-title", FLAG, "yes"),
    _live("shutdown-on-sigint", SHUTDOWN, "default"),
    _live("shutdown-on-sigterm", SHUTDOWN, "default"),
    _live("shutdown-timeout", INTEGER, "10"),
    _live("slowlog-log-slower-than", INTEGER, "10000"),
    _live("slowlog-max-len", INTEGER, "128"),
    _immutable("socket-mark-id", INTEGER, "0"),
    _live("stop-writes-on-bgsave-error", FLAG, "yes"),
    _live("stream-node-max-bytes", SIZE, "4kb"),
    _live("stream-node-max-entries", INTEGER, "100"),
    _immutable("supervised", SUPERVISION, "no"),
    _immutable("syslog-enabled", FLAG, "no"),
    _immutable("syslog-facility", FACILITY, "local0"),
    _immutable("syslog-ident", TEXT, "redis"),
    _immutable("tcp-backlog", INTEGER, "511"),
    _live("tcp-keepalive", INTEGER, "300"),
    _live("timeout", INTEGER, "0"),
    _live("tls-auth-clients", TLS_CLIENTS, "yes"),
    _live("tls-ca-cert-dir", PATH, ""),
    _live("tls-ca-cert-file", PATH, ""),
    _live("tls-cert-file", PATH, ""),
    _live("tls-ciphers", TEXT, ""),
    _live("tls-ciphersuites", TEXT, ""),
    _live("tls-client-cert-file", PATH, ""),
    _live("tls-client-key-file", PATH, ""),
    _live("tls-client-key-file-pass", TEXT, ""),
    _live("tls-cluster", FLAG, "no"),
    _live("tls-dh-params-file", PATH, ""),
    _live("tls-key-file", PATH, ""),
    _live("tls-key-file-pass", TEXT, ""),
    _live("tls-port", INTEGER, "0"),
    _live("tls-prefer-server-ciphers", FLAG, "no"),
    _live("tls-protocols", TEXT, ""),
    _live("tls-replication", FLAG, "no"),
    _live("tls-session-cache-size", INTEGER, "20480"),
    _live("tls-session-cache-timeout", INTEGER, "300"),
    _live("tls-session-caching", FLAG, "yes"),
    _live("tracking-table-max-keys", INTEGER, "1000000"),
    _immutable("unixsocket", PATH, ""),
    _immutable("unixsocketperm", OCTAL, "0"),
    _live("use-exit-on-panic", FLAG, "no"),
    _live("watchdog-period", INTEGER, "0"),
    _immutable("winlog-level", WINDOWS_LOG_LEVEL, None),
    _live("zset-max-listpack-entries", INTEGER, "128", "zset-max-ziplist-entries"),
    _live("zset-max-listpack-value", SIZE, "64", "zset-max-ziplist-value"),
)

KNOWN = {known.name: known for known in TABLE}
ALIASES = {known.alias: known.name for known in TABLE if known.alias is not None}
# Redis still reads these lines and does nothing with them.
IGNORED = frozenset({"list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"})
# Their values are secrets: Redis hides them from its own logs.
SENSITIVE = frozenset({"masterauth", "masteruser", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass"})


def current_name(name: str) -> str:
    """Return the present name of a directive: `slaveof` is `replicaof`; a name without another is its own."""
    return ALIASES.get(name, name)
