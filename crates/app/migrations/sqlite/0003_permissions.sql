-- What the user granted plugins, what plugins sent, and what they keep.

CREATE TABLE grants (
    plugin TEXT NOT NULL,
    -- `http`, `storage` or `address`.
    kind TEXT NOT NULL,
    -- Of `http` the pattern of hosts, of `address` the address with its port, of `storage` nothing.
    object TEXT NOT NULL,
    -- JSON: what was asked for when it was granted; of `address` the certificate that is trusted there.
    terms TEXT NOT NULL,
    granted_at TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (plugin, kind, object)
) STRICT;

-- One row for each request of a plugin: neither query nor headers nor bodies.
CREATE TABLE egress (
    id INTEGER PRIMARY KEY,
    plugin TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    method TEXT NOT NULL,
    host TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER,
    problem TEXT,
    bytes INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL
) STRICT;

CREATE INDEX egress_by_plugin ON egress (plugin, id);

CREATE TABLE plugin_storage (
    plugin TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (plugin, key)
) STRICT;
