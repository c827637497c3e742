-- PostgreSQL: a whole INSERT is posted at once (row by row, 10,000 transfers of one account would walk 10,000 dead
-- versions of it each time), but each row must leave its accounts at or above their floor, in the order of ids, as on SQLite.
-- AFTER, because BEFORE fires too for rows that ON CONFLICT DO NOTHING then drops.

CREATE FUNCTION rule_ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ledger_account
      WHERE id IN (SELECT source_id FROM posted UNION SELECT target_id FROM posted)
      ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM posted p
          JOIN ledger_account s ON s.id = p.source_id
          JOIN ledger_account t ON t.id = p.target_id
         WHERE p.resource_id <> s.resource_id OR p.resource_id <> t.resource_id
    ) THEN
        RAISE EXCEPTION 'ledger:mixed_resources' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM posted p LEFT JOIN ledger_transfer f ON f.id = p.reverses_id
         WHERE p.reverses_id IS NOT NULL
           AND (f.reverses_id IS NOT NULL
                OR (f.source_id, f.target_id, f.amount) IS DISTINCT FROM (p.target_id, p.source_id, p.amount))
    ) THEN
        RAISE EXCEPTION 'ledger:not_reverse' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1
          FROM (SELECT m.account, sum(m.delta) OVER (PARTITION BY m.account ORDER BY m.id) AS change
                  FROM (SELECT source_id AS account, id, -amount AS delta FROM posted
                        UNION ALL
                        SELECT target_id, id, amount FROM posted) m) running
          JOIN ledger_account a ON a.id = running.account
         WHERE a.balance + running.change < a.floor
    ) THEN
        RAISE EXCEPTION 'ledger:not_enough' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE ledger_account a
       SET balance = a.balance + d.change, last_transfer = d.last
      FROM (SELECT m.account, sum(m.delta) AS change, max(m.id) AS last
              FROM (SELECT source_id AS account, id, -amount AS delta FROM posted
                    UNION ALL
                    SELECT target_id, id, amount FROM posted) m
             GROUP BY m.account) d
     WHERE a.id = d.account;
    RETURN NULL;
END
$$;

CREATE FUNCTION rule_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE FUNCTION rule_ledger_account_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance <> 0 OR NEW.last_transfer IS NOT NULL THEN
        RAISE EXCEPTION 'ledger:born_empty' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Depth 1 is a statement that somebody sent, depth 2 comes from the posting above: no other trigger touches accounts.
CREATE FUNCTION rule_ledger_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.resource_id, NEW.code, NEW.floor)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.resource_id, OLD.code, OLD.floor) THEN
        RAISE EXCEPTION 'ledger:account_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF pg_trigger_depth() < 2
       AND (NEW.balance, NEW.last_transfer) IS DISTINCT FROM (OLD.balance, OLD.last_transfer) THEN
        RAISE EXCEPTION 'ledger:balance_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_ledger_resource_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.unit) IS DISTINCT FROM (OLD.id, OLD.code, OLD.unit) THEN
        RAISE EXCEPTION 'ledger:resource_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER rule_ledger_transfer_post AFTER INSERT ON ledger_transfer REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION rule_ledger_post();

CREATE TRIGGER rule_ledger_transfer_fixed BEFORE DELETE OR UPDATE ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION rule_ledger_refuse('ledger:transfer_fixed');

CREATE TRIGGER rule_ledger_transfer_whole BEFORE TRUNCATE ON ledger_transfer FOR EACH STATEMENT EXECUTE FUNCTION rule_ledger_refuse('ledger:transfer_fixed');

CREATE TRIGGER rule_ledger_account_insert BEFORE INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION rule_ledger_account_birth();

CREATE TRIGGER rule_ledger_account_update BEFORE UPDATE ON ledger_account FOR EACH ROW EXECUTE FUNCTION rule_ledger_account_change();

CREATE TRIGGER rule_ledger_account_delete BEFORE DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION rule_ledger_refuse('ledger:account_fixed');

CREATE TRIGGER rule_ledger_account_whole BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION rule_ledger_refuse('ledger:account_fixed');

CREATE TRIGGER rule_ledger_resource_update BEFORE UPDATE ON ledger_resource FOR EACH ROW EXECUTE FUNCTION rule_ledger_resource_change();
