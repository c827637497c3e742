-- What no action changes: a voted text, where things were, what took part in a transfer; and no card in two boxes.
-- INSERT OR REPLACE deletes the older row without firing its DELETE trigger: a row that would replace is refused.

CREATE TRIGGER rule_equipment_agreement_insert BEFORE INSERT ON equipment_agreement
BEGIN
    SELECT RAISE(ABORT, 'equipment:agreement_fixed') WHERE EXISTS (
        SELECT 1 FROM equipment_agreement
         WHERE id = NEW.id OR public_id = NEW.public_id OR (owner_id = NEW.owner_id AND version = NEW.version));
END;

CREATE TRIGGER rule_equipment_agreement_update BEFORE UPDATE ON equipment_agreement
BEGIN
    SELECT RAISE(ABORT, 'equipment:agreement_fixed');
END;

CREATE TRIGGER rule_equipment_agreement_delete BEFORE DELETE ON equipment_agreement
BEGIN
    SELECT RAISE(ABORT, 'equipment:agreement_fixed');
END;

CREATE TRIGGER rule_equipment_movement_insert BEFORE INSERT ON equipment_movement
BEGIN
    SELECT RAISE(ABORT, 'equipment:movement_fixed') WHERE EXISTS (
        SELECT 1 FROM equipment_movement
         WHERE id = NEW.id OR (asset_id = NEW.asset_id AND transfer_id = NEW.transfer_id));
    SELECT RAISE(ABORT, 'equipment:movement_article') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN equipment_product p ON p.code = r.code
          JOIN equipment_asset a ON a.product_id = p.id
         WHERE t.id = NEW.transfer_id AND a.id = NEW.asset_id);
    SELECT RAISE(ABORT, 'equipment:movement_count') WHERE (
        SELECT count(*) FROM equipment_movement WHERE transfer_id = NEW.transfer_id)
        >= (SELECT amount FROM ledger_transfer WHERE id = NEW.transfer_id);
END;

CREATE TRIGGER rule_equipment_movement_update BEFORE UPDATE ON equipment_movement
BEGIN
    SELECT RAISE(ABORT, 'equipment:movement_fixed');
END;

CREATE TRIGGER rule_equipment_movement_delete BEFORE DELETE ON equipment_movement
BEGIN
    SELECT RAISE(ABORT, 'equipment:movement_fixed');
END;

CREATE TRIGGER rule_equipment_assetplace_insert BEFORE INSERT ON equipment_assetplace
BEGIN
    SELECT RAISE(ABORT, 'equipment:place_fixed') WHERE EXISTS (
        SELECT 1 FROM equipment_assetplace
         WHERE id = NEW.id OR (asset_id = NEW.asset_id AND until IS NULL AND NEW.until IS NULL));
END;

CREATE TRIGGER rule_equipment_assetplace_update BEFORE UPDATE ON equipment_assetplace
BEGIN
    SELECT RAISE(ABORT, 'equipment:place_fixed')
     WHERE OLD.until IS NOT NULL OR NEW.until IS NULL OR NEW.id IS NOT OLD.id OR NEW.asset_id IS NOT OLD.asset_id
        OR NEW.account_id IS NOT OLD.account_id OR NEW.since IS NOT OLD.since;
END;

CREATE TRIGGER rule_equipment_assetplace_delete BEFORE DELETE ON equipment_assetplace
BEGIN
    SELECT RAISE(ABORT, 'equipment:place_fixed');
END;

CREATE TRIGGER rule_equipment_numberrange_insert BEFORE INSERT ON equipment_numberrange
BEGIN
    SELECT RAISE(ABORT, 'equipment:ranges_meet') WHERE EXISTS (
        SELECT 1 FROM equipment_numberrange
         WHERE id = NEW.id
            OR (length(first) = length(NEW.first) AND first <= NEW.last AND last >= NEW.first));
END;

CREATE TRIGGER rule_equipment_numberrange_update BEFORE UPDATE ON equipment_numberrange
BEGIN
    SELECT RAISE(ABORT, 'equipment:range_fixed');
END;
