-- Secrets: each sealed by itself, under the one key of the vault, which isn't here.

CREATE TABLE vault (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- key-file or passphrase.
    kind TEXT NOT NULL,
    -- How Argon2id makes the key of the passphrase; null where the key is in a file.
    salt BLOB,
    memory_kib INTEGER,
    passes INTEGER,
    lanes INTEGER,
    -- A known text, sealed: a wrong key is told before anything is read or written with it.
    check_value BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE secrets (
    -- account, webhook or integration.
    owner_kind TEXT NOT NULL,
    -- Name of the account or integration, or the webhook's id.
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Version, nonce and ciphertext; bound to the three columns above.
    sealed BLOB NOT NULL,
    set_at TEXT NOT NULL,
    PRIMARY KEY (owner_kind, owner, name)
) STRICT;
