-- The rows of a delivery once more, packed column by column, from which ledgers are read.

-- In which format its rows are packed; null for one whose rows aren't packed yet.
ALTER TABLE deliveries ADD COLUMN packed BIGINT;

CREATE TABLE fact_columns (
    delivery_id BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- From 0: the rows of one delivery and kind, in their order, are in several parts.
    part BIGINT NOT NULL,
    n_facts BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (kind, delivery_id, part)
);

CREATE INDEX fact_columns_by_delivery ON fact_columns (delivery_id);
