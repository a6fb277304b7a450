-- What users should know of their plugins, who else is told, and what is still to be sent to them.

CREATE TABLE alerts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin TEXT NOT NULL,
    -- degraded, unhealthy, quarantined or recovered.
    kind TEXT NOT NULL,
    -- JSON array of sentences.
    reasons TEXT NOT NULL,
    at TEXT NOT NULL,
    acknowledged_at TEXT,
    acknowledged_by TEXT,
    -- Since when it is over; at once for what tells that something is over.
    resolved_at TEXT
);

CREATE INDEX alerts_by_plugin ON alerts (plugin, id);

-- Secrets lie in files beside the database, never in it.
CREATE TABLE webhooks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url TEXT NOT NULL,
    has_secret BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    delivered_at TEXT,
    -- Since when nothing got through; null where the last try did.
    failing_since TEXT,
    last_error TEXT
);

-- One alert on its way to one webhook, until it has arrived or was tried often enough.
CREATE TABLE webhook_deliveries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id BIGINT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    -- The same in every try, so that the receiver knows what it has.
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    n_tries BIGINT NOT NULL,
    -- Milliseconds since 1970.
    due_at BIGINT NOT NULL
);

CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries (due_at, id);
