-- What the user decided about costs, beside the method.

-- in-cost or apart.
ALTER TABLE accounts ADD COLUMN fee_treatment TEXT NOT NULL DEFAULT 'in-cost';
-- opens-short or is-incomplete.
ALTER TABLE accounts ADD COLUMN oversell TEXT NOT NULL DEFAULT 'opens-short';

-- Lots that the user named for a sale, by the identities of the transactions.
CREATE TABLE lot_selections (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sale TEXT NOT NULL,
    acquisition TEXT NOT NULL,
    quantity TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX lot_selections_once ON lot_selections (account_id, sale, acquisition);

-- How much of the cost of what it was spun off from goes to what a transaction brought in.
CREATE TABLE spin_off_allocations (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    transaction_identity TEXT NOT NULL,
    parent TEXT NOT NULL,
    -- From 0 to 1; null where it follows from the prices of both.
    fraction TEXT
) STRICT;

CREATE UNIQUE INDEX spin_off_allocations_once ON spin_off_allocations (account_id, transaction_identity);
