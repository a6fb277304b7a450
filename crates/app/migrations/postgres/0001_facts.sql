-- Accounts, what was delivered for them, and the facts in it.
--
-- Decimals, dates and times are text: a decimal in canonical form, a date as YYYY-MM-DD, a time in
-- RFC 3339. SQLite has no exact decimal, and sums are never computed in SQL.

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Counts the changes of facts, so that what was computed from them is known to be current.
INSERT INTO settings (key, value) VALUES ('revision', '0');

CREATE TABLE accounts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    plugin TEXT NOT NULL,
    -- JSON object: what the user set for the plugin.
    settings TEXT NOT NULL,
    cost_method TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- One file or one sync. Its content is kept, so that any figure can be opened down to its row.
CREATE TABLE deliveries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    plugin TEXT NOT NULL,
    plugin_version TEXT NOT NULL,
    name TEXT NOT NULL,
    -- SHA-256 of the content, in hexadecimal.
    digest TEXT NOT NULL,
    -- DEFLATE-compressed; none for a sync.
    content BYTEA,
    received_at TEXT NOT NULL
);

CREATE INDEX deliveries_by_account ON deliveries (account_id);

CREATE TABLE broker_accounts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    name TEXT,
    currency TEXT,
    opened TEXT
);

CREATE UNIQUE INDEX broker_accounts_once ON broker_accounts (COALESCE(account_id, 0), identity, statement);
CREATE INDEX broker_accounts_by_delivery ON broker_accounts (delivery_id);

CREATE TABLE instruments (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    asset_class TEXT NOT NULL,
    name TEXT,
    symbol TEXT,
    isin TEXT,
    market TEXT,
    currency TEXT,
    multiplier TEXT,
    terms TEXT,
    sector TEXT,
    country TEXT,
    codes TEXT NOT NULL
);

CREATE UNIQUE INDEX instruments_once ON instruments (COALESCE(account_id, 0), identity, statement);
CREATE INDEX instruments_by_delivery ON instruments (delivery_id);

CREATE TABLE transactions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    broker_account TEXT,
    instrument TEXT NOT NULL,
    kind TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    settlement_date TEXT,
    quantity TEXT NOT NULL,
    price TEXT,
    price_currency TEXT,
    amount TEXT,
    amount_currency TEXT,
    accrued TEXT,
    accrued_currency TEXT,
    fees TEXT NOT NULL,
    settled TEXT,
    settled_currency TEXT,
    exchange_rate TEXT,
    order_number TEXT,
    action_group TEXT,
    venue TEXT,
    description TEXT
);

CREATE UNIQUE INDEX transactions_once ON transactions (COALESCE(account_id, 0), identity, statement);
CREATE INDEX transactions_by_delivery ON transactions (delivery_id);

CREATE TABLE cash_movements (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    broker_account TEXT,
    kind TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    value_date TEXT,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    instrument TEXT,
    settles TEXT,
    fee_kind TEXT,
    movement_group TEXT,
    description TEXT,
    balance TEXT
);

CREATE UNIQUE INDEX cash_movements_once ON cash_movements (COALESCE(account_id, 0), identity, statement);
CREATE INDEX cash_movements_by_delivery ON cash_movements (delivery_id);

CREATE TABLE positions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    broker_account TEXT,
    instrument TEXT NOT NULL,
    day TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT,
    price_currency TEXT,
    worth TEXT,
    worth_currency TEXT,
    cost TEXT,
    cost_currency TEXT
);

CREATE UNIQUE INDEX positions_once ON positions (COALESCE(account_id, 0), identity, statement);
CREATE INDEX positions_by_delivery ON positions (delivery_id);

CREATE TABLE balances (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    broker_account TEXT,
    day TEXT NOT NULL,
    side TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL
);

CREATE UNIQUE INDEX balances_once ON balances (COALESCE(account_id, 0), identity, statement);
CREATE INDEX balances_by_delivery ON balances (delivery_id);

CREATE TABLE quotes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    instrument TEXT NOT NULL,
    quoted_at TEXT NOT NULL,
    price TEXT NOT NULL,
    currency TEXT NOT NULL
);

CREATE UNIQUE INDEX quotes_once ON quotes (COALESCE(account_id, 0), identity, statement);
CREATE INDEX quotes_by_delivery ON quotes (delivery_id);

CREATE TABLE fx_rates (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    base TEXT NOT NULL,
    quote TEXT NOT NULL,
    day TEXT NOT NULL,
    rate TEXT NOT NULL
);

CREATE UNIQUE INDEX fx_rates_once ON fx_rates (COALESCE(account_id, 0), identity, statement);
CREATE INDEX fx_rates_by_delivery ON fx_rates (delivery_id);

CREATE TABLE upcoming_dividends (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    broker_account TEXT,
    instrument TEXT NOT NULL,
    status TEXT NOT NULL,
    ex_date TEXT,
    pay_date TEXT,
    per_unit TEXT,
    per_unit_currency TEXT,
    gross TEXT,
    gross_currency TEXT,
    withholding_tax TEXT,
    withholding_tax_currency TEXT
);

CREATE UNIQUE INDEX upcoming_dividends_once ON upcoming_dividends (COALESCE(account_id, 0), identity, statement);
CREATE INDEX upcoming_dividends_by_delivery ON upcoming_dividends (delivery_id);

CREATE TABLE notes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    account_id BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    -- Digest of the content: one identity may be stated in several ways.
    statement TEXT NOT NULL,
    line BIGINT,
    path TEXT,
    broker_account TEXT,
    happened_at TEXT,
    reason TEXT NOT NULL,
    content TEXT NOT NULL
);

CREATE UNIQUE INDEX notes_once ON notes (COALESCE(account_id, 0), identity, statement);
CREATE INDEX notes_by_delivery ON notes (delivery_id);
