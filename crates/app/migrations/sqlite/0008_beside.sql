-- Accounts that another plugin feeds beside the one that counts, until the two agree.

-- The account that counts; null for one that counts itself. What is beside counts nowhere.
ALTER TABLE accounts ADD COLUMN beside INTEGER REFERENCES accounts (id) ON DELETE CASCADE;

CREATE UNIQUE INDEX accounts_beside ON accounts (beside);
