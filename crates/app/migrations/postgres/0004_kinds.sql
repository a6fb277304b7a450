-- What the user set for plugins; what middleware makes of facts; what aggregators and views tell.

CREATE TABLE plugin_settings (
    plugin TEXT NOT NULL PRIMARY KEY,
    -- JSON object of texts.
    settings TEXT NOT NULL,
    -- Among the middleware through which facts go; none for a plugin that has no part in it.
    place BIGINT
);

-- Deliveries that went through the middleware. What the broker said stays where it is.
CREATE TABLE mappings (
    delivery_id BIGINT NOT NULL PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    -- Digest of the plugins, their order and their settings: another one means that this is out of date.
    chain TEXT NOT NULL,
    -- Why facts went on as the broker told them.
    problem TEXT
);

-- Facts that middleware changed or left out.
CREATE TABLE mapped_facts (
    delivery_id BIGINT NOT NULL REFERENCES mappings (delivery_id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    identity TEXT NOT NULL,
    -- Names and versions of the plugins.
    changed_by TEXT NOT NULL,
    -- JSON; none where the fact was left out.
    fact TEXT,
    PRIMARY KEY (delivery_id, kind, identity)
);

-- The last answer of each aggregator and view, so that pages never wait for a plugin.
CREATE TABLE insights (
    plugin TEXT NOT NULL,
    -- Empty for all accounts together.
    account TEXT NOT NULL,
    version TEXT NOT NULL,
    -- SHA-256 of the component, in hexadecimal.
    digest TEXT NOT NULL,
    -- What the facts and settings were like.
    revision BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    computed_at TEXT NOT NULL,
    -- Why there is no answer.
    problem TEXT,
    -- JSON; none where there is a problem.
    answer TEXT,
    PRIMARY KEY (plugin, account)
);
