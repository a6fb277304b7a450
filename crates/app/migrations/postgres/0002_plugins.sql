-- Where plugins stand, what happened to them, how they fared, what they logged.
--
-- Ids give the order; times are what the host's clock said, which may have been set back.

CREATE TABLE plugin_standings (
    plugin TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    -- JSON; none where the state says it all.
    reason TEXT
);

CREATE TABLE plugin_transitions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin TEXT NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    reason TEXT,
    -- Null for the host itself.
    actor TEXT,
    version TEXT,
    -- Which process recorded it.
    process TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX plugin_transitions_by_plugin ON plugin_transitions (plugin, id);

CREATE TABLE plugin_health (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin TEXT NOT NULL,
    at TEXT NOT NULL,
    health TEXT NOT NULL,
    -- JSON arrays.
    reasons TEXT NOT NULL,
    measurements TEXT NOT NULL
);

CREATE INDEX plugin_health_by_plugin ON plugin_health (plugin, id);

CREATE TABLE plugin_thresholds (
    plugin TEXT NOT NULL,
    name TEXT NOT NULL,
    min TEXT,
    max TEXT,
    PRIMARY KEY (plugin, name)
);

CREATE TABLE plugin_logs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin TEXT NOT NULL,
    at TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL
);

CREATE INDEX plugin_logs_by_plugin ON plugin_logs (plugin, id);

-- What someone vouched for, where anyone may have put it: other content in the same place isn't trusted.
CREATE TABLE plugin_trust (
    place TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL
);
