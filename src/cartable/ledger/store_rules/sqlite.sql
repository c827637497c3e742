-- SQLite: one writer at a time (BEGIN IMMEDIATE), so no lock is needed; rows are posted one by one.
-- Two traps shape these rules. INSERT OR REPLACE deletes the older row without firing its DELETE trigger, so a row
-- that would replace another is refused first. INSERT OR IGNORE silences a CHECK inside a trigger, so every
-- refusal is a RAISE(ABORT), which nothing silences.

CREATE TRIGGER rule_ledger_transfer_check BEFORE INSERT ON ledger_transfer
BEGIN
    SELECT RAISE(ABORT, 'ledger:known') WHERE EXISTS (
        SELECT 1 FROM ledger_transfer
         WHERE id = NEW.id OR public_id = NEW.public_id OR reverses_id = NEW.reverses_id);
    SELECT RAISE(ABORT, 'ledger:amount')
     WHERE typeof(NEW.amount) <> 'integer' OR NEW.amount NOT BETWEEN 1 AND 10000000000000;
    SELECT RAISE(ABORT, 'ledger:same_account') WHERE NEW.source_id = NEW.target_id;
    SELECT RAISE(ABORT, 'ledger:mixed_resources') WHERE 2 <> (
        SELECT count(*) FROM ledger_account
         WHERE id IN (NEW.source_id, NEW.target_id) AND resource_id = NEW.resource_id);
    SELECT RAISE(ABORT, 'ledger:not_reverse') WHERE NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ledger_transfer f
         WHERE f.id = NEW.reverses_id AND f.reverses_id IS NULL AND f.amount = NEW.amount
           AND f.source_id = NEW.target_id AND f.target_id = NEW.source_id);
    SELECT RAISE(ABORT, 'ledger:not_enough') WHERE EXISTS (
        SELECT 1 FROM ledger_account WHERE id = NEW.source_id AND balance - NEW.amount < floor);
END;

CREATE TRIGGER rule_ledger_transfer_post AFTER INSERT ON ledger_transfer
BEGIN
    UPDATE ledger_account SET balance = balance - NEW.amount, last_transfer = NEW.id WHERE id = NEW.source_id;
    UPDATE ledger_account SET balance = balance + NEW.amount, last_transfer = NEW.id WHERE id = NEW.target_id;
END;

CREATE TRIGGER rule_ledger_transfer_update BEFORE UPDATE ON ledger_transfer
BEGIN
    SELECT RAISE(ABORT, 'ledger:transfer_fixed');
END;

CREATE TRIGGER rule_ledger_transfer_delete BEFORE DELETE ON ledger_transfer
BEGIN
    SELECT RAISE(ABORT, 'ledger:transfer_fixed');
END;

CREATE TRIGGER rule_ledger_account_insert BEFORE INSERT ON ledger_account
BEGIN
    SELECT RAISE(ABORT, 'ledger:account_known') WHERE EXISTS (
        SELECT 1 FROM ledger_account
         WHERE id = NEW.id OR public_id = NEW.public_id OR (resource_id = NEW.resource_id AND code = NEW.code));
    SELECT RAISE(ABORT, 'ledger:born_empty') WHERE NEW.balance IS NOT 0 OR NEW.last_transfer IS NOT NULL;
END;

-- A balance moves only by the step of a transfer that stands in the ledger and is newer than the last one counted:
-- every transfer is counted as it is inserted, so there is never such a one left for anybody else's UPDATE.
CREATE TRIGGER rule_ledger_account_update BEFORE UPDATE ON ledger_account
BEGIN
    SELECT RAISE(ABORT, 'ledger:account_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.code IS NOT OLD.code
        OR NEW.resource_id IS NOT OLD.resource_id OR NEW.floor IS NOT OLD.floor;
    SELECT RAISE(ABORT, 'ledger:balance_fixed')
     WHERE (NEW.balance IS NOT OLD.balance OR NEW.last_transfer IS NOT OLD.last_transfer)
       AND NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
         WHERE t.id = NEW.last_transfer AND t.id > coalesce(OLD.last_transfer, 0)
           AND OLD.id IN (t.source_id, t.target_id)
           AND NEW.balance = OLD.balance + CASE OLD.id WHEN t.target_id THEN t.amount ELSE -t.amount END);
END;

CREATE TRIGGER rule_ledger_account_delete BEFORE DELETE ON ledger_account
BEGIN
    SELECT RAISE(ABORT, 'ledger:account_fixed');
END;

CREATE TRIGGER rule_ledger_resource_insert BEFORE INSERT ON ledger_resource
BEGIN
    SELECT RAISE(ABORT, 'ledger:resource_known')
     WHERE EXISTS (SELECT 1 FROM ledger_resource WHERE id = NEW.id OR code = NEW.code);
END;

CREATE TRIGGER rule_ledger_resource_update BEFORE UPDATE ON ledger_resource
BEGIN
    SELECT RAISE(ABORT, 'ledger:resource_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.code IS NOT OLD.code OR NEW.unit IS NOT OLD.unit;
END;
