-- What no action changes: a voted text, where things were, what took part in a transfer; and no card in two boxes.

CREATE FUNCTION rule_equipment_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE FUNCTION rule_equipment_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM listed m
          JOIN equipment_asset a ON a.id = m.asset_id
          JOIN equipment_product p ON p.id = a.product_id
          JOIN ledger_transfer t ON t.id = m.transfer_id
          JOIN ledger_resource r ON r.id = t.resource_id
         WHERE p.code <> r.code
    ) THEN
        RAISE EXCEPTION 'equipment:movement_article' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- The transfers are locked, so that two who list things in one of them count one after the other.
    PERFORM 1 FROM ledger_transfer WHERE id IN (SELECT transfer_id FROM listed) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM equipment_movement m JOIN ledger_transfer t ON t.id = m.transfer_id
         WHERE m.transfer_id IN (SELECT transfer_id FROM listed)
         GROUP BY t.id, t.amount HAVING count(*) > t.amount
    ) THEN
        RAISE EXCEPTION 'equipment:movement_count' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION rule_equipment_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.until IS NOT NULL OR NEW.until IS NULL
       OR (NEW.id, NEW.asset_id, NEW.account_id, NEW.since)
          IS DISTINCT FROM (OLD.id, OLD.asset_id, OLD.account_id, OLD.since) THEN
        RAISE EXCEPTION 'equipment:place_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Who writes ranges waits for whoever else does: an overlap in a transaction not ended yet would not be seen.
CREATE FUNCTION rule_equipment_ranges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('equipment_numberrange'));
    IF EXISTS (
        SELECT 1 FROM written w JOIN equipment_numberrange o
            ON o.id <> w.id AND length(o.first) = length(w.first) AND o.first <= w.last AND o.last >= w.first
    ) THEN
        RAISE EXCEPTION 'equipment:ranges_meet' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER rule_equipment_agreement_fixed BEFORE DELETE OR UPDATE ON equipment_agreement FOR EACH ROW EXECUTE FUNCTION rule_equipment_refuse('equipment:agreement_fixed');

CREATE TRIGGER rule_equipment_agreement_whole BEFORE TRUNCATE ON equipment_agreement FOR EACH STATEMENT EXECUTE FUNCTION rule_equipment_refuse('equipment:agreement_fixed');

CREATE TRIGGER rule_equipment_movement_insert AFTER INSERT ON equipment_movement REFERENCING NEW TABLE AS listed FOR EACH STATEMENT EXECUTE FUNCTION rule_equipment_movement();

CREATE TRIGGER rule_equipment_movement_fixed BEFORE DELETE OR UPDATE ON equipment_movement FOR EACH ROW EXECUTE FUNCTION rule_equipment_refuse('equipment:movement_fixed');

CREATE TRIGGER rule_equipment_movement_whole BEFORE TRUNCATE ON equipment_movement FOR EACH STATEMENT EXECUTE FUNCTION rule_equipment_refuse('equipment:movement_fixed');

CREATE TRIGGER rule_equipment_assetplace_update BEFORE UPDATE ON equipment_assetplace FOR EACH ROW EXECUTE FUNCTION rule_equipment_place();

CREATE TRIGGER rule_equipment_assetplace_fixed BEFORE DELETE ON equipment_assetplace FOR EACH ROW EXECUTE FUNCTION rule_equipment_refuse('equipment:place_fixed');

CREATE TRIGGER rule_equipment_assetplace_whole BEFORE TRUNCATE ON equipment_assetplace FOR EACH STATEMENT EXECUTE FUNCTION rule_equipment_refuse('equipment:place_fixed');

CREATE TRIGGER rule_equipment_numberrange_insert AFTER INSERT ON equipment_numberrange REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION rule_equipment_ranges();

CREATE TRIGGER rule_equipment_numberrange_fixed BEFORE UPDATE ON equipment_numberrange FOR EACH ROW EXECUTE FUNCTION rule_equipment_refuse('equipment:range_fixed');
