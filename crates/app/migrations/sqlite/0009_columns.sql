-- The rows of a delivery once more, packed column by column, from which ledgers are read.

-- In which format its rows are packed; null for one whose rows aren't packed yet.
ALTER TABLE deliveries ADD COLUMN packed INTEGER;

CREATE TABLE fact_columns (
    delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- From 0: the rows of one delivery and kind, in their order, are in several parts.
    part INTEGER NOT NULL,
    n_facts INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (kind, delivery_id, part)
) STRICT;

CREATE INDEX fact_columns_by_delivery ON fact_columns (delivery_id);
