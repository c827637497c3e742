-- A row that tells of money names the transfer that moved it, of the same amount between the accounts that the row
-- says; what was written stays. So SQL typed by hand can neither invent money nor tell another story of it.
-- INSERT OR REPLACE deletes the older row without firing its DELETE trigger: a row that would replace is refused.

CREATE TRIGGER rule_funding_envelope_insert BEFORE INSERT ON funding_envelope
BEGIN
    SELECT RAISE(ABORT, 'funding:envelope_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_envelope WHERE id = NEW.id
            OR public_id = NEW.public_id OR (line_id = NEW.line_id AND year = NEW.year AND holder_id = NEW.holder_id));
    SELECT RAISE(ABORT, 'funding:envelope_outside') WHERE NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM funding_envelope p LEFT JOIN territories_department d ON d.id = NEW.department_id
         WHERE p.id = NEW.parent_id AND p.line_id = NEW.line_id AND p.year = NEW.year
           AND ((p.level = 'national' AND NEW.level IN ('region', 'department'))
                OR (p.level = 'region' AND NEW.level = 'department' AND d.region_id = p.region_id)));
END;

CREATE TRIGGER rule_funding_envelope_update BEFORE UPDATE ON funding_envelope
BEGIN
    SELECT RAISE(ABORT, 'funding:envelope_fixed');
END;

CREATE TRIGGER rule_funding_envelope_delete BEFORE DELETE ON funding_envelope
BEGIN
    SELECT RAISE(ABORT, 'funding:envelope_fixed');
END;

CREATE TRIGGER rule_funding_envelopeaccount_insert BEFORE INSERT ON funding_envelopeaccount
BEGIN
    SELECT RAISE(ABORT, 'funding:account_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_envelopeaccount WHERE id = NEW.id OR account_id = NEW.account_id
            OR (envelope_id = NEW.envelope_id AND credit = NEW.credit AND stage = NEW.stage));
    SELECT RAISE(ABORT, 'funding:account_of_another') WHERE NOT EXISTS (
        SELECT 1 FROM funding_envelope e, ledger_account a JOIN ledger_resource r ON r.id = a.resource_id
         WHERE e.id = NEW.envelope_id AND a.id = NEW.account_id AND r.code = NEW.credit
           AND a.floor = 0 AND a.code = NEW.stage || ':' || e.public_id);
END;

CREATE TRIGGER rule_funding_envelopeaccount_update BEFORE UPDATE ON funding_envelopeaccount
BEGIN
    SELECT RAISE(ABORT, 'funding:account_fixed');
END;

CREATE TRIGGER rule_funding_envelopeaccount_delete BEFORE DELETE ON funding_envelopeaccount
BEGIN
    SELECT RAISE(ABORT, 'funding:account_fixed');
END;

CREATE TRIGGER rule_funding_delegation_insert BEFORE INSERT ON funding_delegation
BEGIN
    SELECT RAISE(ABORT, 'funding:delegation_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_delegation WHERE id = NEW.id OR public_id = NEW.public_id
            OR ae_transfer_id = NEW.ae_transfer_id OR cp_transfer_id = NEW.cp_transfer_id);
    SELECT RAISE(ABORT, 'funding:delegation_kin') WHERE NOT EXISTS (
        SELECT 1 FROM funding_envelope taker LEFT JOIN funding_envelope giver ON giver.id = NEW.source_id
         WHERE taker.id = NEW.target_id AND CASE NEW.kind
            WHEN 'opening' THEN taker.parent_id IS NULL
            WHEN 'delegation' THEN taker.parent_id = giver.id
            WHEN 'withdrawal' THEN giver.parent_id = taker.id
            WHEN 'move' THEN giver.parent_id = taker.parent_id AND giver.id <> taker.id
            END);
    SELECT RAISE(ABORT, 'funding:delegation_transfer')
     WHERE CASE WHEN NEW.state = 'notified' AND NEW.ae_cents IS NOT 0 THEN NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN ledger_account s ON s.id = t.source_id
          JOIN ledger_account d ON d.id = t.target_id
         WHERE t.id = NEW.ae_transfer_id AND r.code = 'ae' AND t.amount = NEW.ae_cents AND typeof(NEW.ae_cents) = 'integer'
           AND s.code = CASE NEW.kind WHEN 'opening' THEN 'outside:voted:' || (SELECT l.public_id FROM funding_line l JOIN funding_envelope e ON e.line_id = l.id WHERE e.id = NEW.target_id)
                ELSE 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.source_id) END
           AND d.code = 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.target_id))
           ELSE NEW.ae_transfer_id IS NOT NULL END;
    SELECT RAISE(ABORT, 'funding:delegation_transfer')
     WHERE CASE WHEN NEW.state = 'notified' AND NEW.cp_cents IS NOT 0 THEN NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN ledger_account s ON s.id = t.source_id
          JOIN ledger_account d ON d.id = t.target_id
         WHERE t.id = NEW.cp_transfer_id AND r.code = 'cp' AND t.amount = NEW.cp_cents AND typeof(NEW.cp_cents) = 'integer'
           AND s.code = CASE NEW.kind WHEN 'opening' THEN 'outside:voted:' || (SELECT l.public_id FROM funding_line l JOIN funding_envelope e ON e.line_id = l.id WHERE e.id = NEW.target_id)
                ELSE 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.source_id) END
           AND d.code = 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.target_id))
           ELSE NEW.cp_transfer_id IS NOT NULL END;
END;

CREATE TRIGGER rule_funding_delegation_update BEFORE UPDATE ON funding_delegation
BEGIN
    SELECT RAISE(ABORT, 'funding:delegation_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.fingerprint IS NOT OLD.fingerprint OR NEW.kind IS NOT OLD.kind
        OR NEW.source_id IS NOT OLD.source_id OR NEW.target_id IS NOT OLD.target_id OR NEW.ae_cents IS NOT OLD.ae_cents OR NEW.cp_cents IS NOT OLD.cp_cents
        OR NEW.announced_on IS NOT OLD.announced_on OR NEW.redeployment IS NOT OLD.redeployment
        OR (OLD.state <> 'announced' AND (
            NEW.state IS NOT OLD.state OR NEW.notified_on IS NOT OLD.notified_on OR NEW.ae_transfer_id IS NOT OLD.ae_transfer_id OR NEW.cp_transfer_id IS NOT OLD.cp_transfer_id
        OR NEW.letter_number IS NOT OLD.letter_number));
    SELECT RAISE(ABORT, 'funding:delegation_kin') WHERE NOT EXISTS (
        SELECT 1 FROM funding_envelope taker LEFT JOIN funding_envelope giver ON giver.id = NEW.source_id
         WHERE taker.id = NEW.target_id AND CASE NEW.kind
            WHEN 'opening' THEN taker.parent_id IS NULL
            WHEN 'delegation' THEN taker.parent_id = giver.id
            WHEN 'withdrawal' THEN giver.parent_id = taker.id
            WHEN 'move' THEN giver.parent_id = taker.parent_id AND giver.id <> taker.id
            END);
    SELECT RAISE(ABORT, 'funding:delegation_transfer')
     WHERE CASE WHEN NEW.state = 'notified' AND NEW.ae_cents IS NOT 0 THEN NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN ledger_account s ON s.id = t.source_id
          JOIN ledger_account d ON d.id = t.target_id
         WHERE t.id = NEW.ae_transfer_id AND r.code = 'ae' AND t.amount = NEW.ae_cents AND typeof(NEW.ae_cents) = 'integer'
           AND s.code = CASE NEW.kind WHEN 'opening' THEN 'outside:voted:' || (SELECT l.public_id FROM funding_line l JOIN funding_envelope e ON e.line_id = l.id WHERE e.id = NEW.target_id)
                ELSE 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.source_id) END
           AND d.code = 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.target_id))
           ELSE NEW.ae_transfer_id IS NOT NULL END;
    SELECT RAISE(ABORT, 'funding:delegation_transfer')
     WHERE CASE WHEN NEW.state = 'notified' AND NEW.cp_cents IS NOT 0 THEN NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN ledger_account s ON s.id = t.source_id
          JOIN ledger_account d ON d.id = t.target_id
         WHERE t.id = NEW.cp_transfer_id AND r.code = 'cp' AND t.amount = NEW.cp_cents AND typeof(NEW.cp_cents) = 'integer'
           AND s.code = CASE NEW.kind WHEN 'opening' THEN 'outside:voted:' || (SELECT l.public_id FROM funding_line l JOIN funding_envelope e ON e.line_id = l.id WHERE e.id = NEW.target_id)
                ELSE 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.source_id) END
           AND d.code = 'envelope:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.target_id))
           ELSE NEW.cp_transfer_id IS NOT NULL END;
END;

CREATE TRIGGER rule_funding_delegation_delete BEFORE DELETE ON funding_delegation
BEGIN
    SELECT RAISE(ABORT, 'funding:delegation_fixed');
END;

CREATE TRIGGER rule_funding_commitment_insert BEFORE INSERT ON funding_commitment
BEGIN
    SELECT RAISE(ABORT, 'funding:commitment_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_commitment WHERE id = NEW.id OR public_id = NEW.public_id);
    SELECT RAISE(ABORT, 'funding:commitment_state') WHERE NEW.state NOT IN ('proposed', 'committed');
    SELECT RAISE(ABORT, 'funding:commitment_fixed')
     WHERE typeof(NEW.net_cents) <> 'integer' OR typeof(NEW.vat_cents) <> 'integer';
END;

CREATE TRIGGER rule_funding_commitment_update BEFORE UPDATE ON funding_commitment
BEGIN
    SELECT RAISE(ABORT, 'funding:commitment_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.fingerprint IS NOT OLD.fingerprint OR NEW.kind IS NOT OLD.kind
        OR NEW.bearer_id IS NOT OLD.bearer_id OR NEW.net_cents IS NOT OLD.net_cents OR NEW.vat_rate IS NOT OLD.vat_rate OR NEW.vat_cents IS NOT OLD.vat_cents
        OR (NEW.proposed_by_id IS NOT NULL AND NEW.proposed_by_id IS NOT OLD.proposed_by_id)
        OR (OLD.state <> 'proposed' AND (NEW.decided_on IS NOT OLD.decided_on
            OR (NEW.confirmed_by_id IS NOT NULL AND NEW.confirmed_by_id IS NOT OLD.confirmed_by_id)));
    SELECT RAISE(ABORT, 'funding:commitment_state')
     WHERE NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN (
        'proposed>committed', 'proposed>refused', 'committed>closed', 'closed>committed');
    SELECT RAISE(ABORT, 'funding:commitment_state')
     WHERE OLD.state = 'proposed' AND NEW.state <> 'proposed' AND EXISTS (
        SELECT 1 FROM funding_commitmentpart p WHERE p.commitment_id = NEW.id AND NOT EXISTS (
            SELECT 1 FROM funding_movement m WHERE m.part_id = p.id
               AND m.kind = CASE NEW.state WHEN 'committed' THEN 'confirmation' ELSE 'refusal' END));
    SELECT RAISE(ABORT, 'funding:commitment_parts')
     WHERE OLD.state = 'proposed' AND NEW.state = 'committed' AND NEW.net_cents + NEW.vat_cents IS NOT (
        SELECT sum(amount_cents) FROM funding_commitmentpart WHERE commitment_id = NEW.id);
END;

CREATE TRIGGER rule_funding_commitment_delete BEFORE DELETE ON funding_commitment
BEGIN
    SELECT RAISE(ABORT, 'funding:commitment_fixed');
END;

CREATE TRIGGER rule_funding_reservation_insert BEFORE INSERT ON funding_reservation
BEGIN
    SELECT RAISE(ABORT, 'funding:reservation_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_reservation WHERE id = NEW.id OR public_id = NEW.public_id OR transfer_id = NEW.transfer_id);
    SELECT RAISE(ABORT, 'funding:reservation_transfer') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN ledger_account s ON s.id = t.source_id
          JOIN ledger_account d ON d.id = t.target_id
          JOIN funding_envelope e ON e.id = NEW.envelope_id
         WHERE t.id = NEW.transfer_id AND r.code = 'ae' AND t.amount = NEW.amount_cents AND typeof(NEW.amount_cents) = 'integer'
           AND s.code = 'envelope:' || e.public_id AND d.code = 'reserved:' || e.public_id);
END;

CREATE TRIGGER rule_funding_reservation_update BEFORE UPDATE ON funding_reservation
BEGIN
    SELECT RAISE(ABORT, 'funding:reservation_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.fingerprint IS NOT OLD.fingerprint OR NEW.envelope_id IS NOT OLD.envelope_id
        OR NEW.amount_cents IS NOT OLD.amount_cents OR NEW.reference IS NOT OLD.reference OR NEW.transfer_id IS NOT OLD.transfer_id;
END;

CREATE TRIGGER rule_funding_reservation_delete BEFORE DELETE ON funding_reservation
BEGIN
    SELECT RAISE(ABORT, 'funding:reservation_fixed');
END;

CREATE TRIGGER rule_funding_release_insert BEFORE INSERT ON funding_reservationrelease
BEGIN
    SELECT RAISE(ABORT, 'funding:reservation_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_reservationrelease WHERE id = NEW.id OR public_id = NEW.public_id OR transfer_id = NEW.transfer_id);
    SELECT RAISE(ABORT, 'funding:reservation_transfer') WHERE NOT EXISTS (
        SELECT 1 FROM funding_reservation k JOIN funding_envelope e ON e.id = k.envelope_id
          JOIN ledger_transfer t ON t.id = NEW.transfer_id
          JOIN ledger_resource r ON r.id = t.resource_id AND r.code = 'ae'
          JOIN ledger_account s ON s.id = t.source_id AND s.code = 'reserved:' || e.public_id
          JOIN ledger_account d ON d.id = t.target_id AND d.code = 'envelope:' || e.public_id
         WHERE k.id = NEW.reservation_id AND t.amount = NEW.amount_cents AND typeof(NEW.amount_cents) = 'integer'
           AND NEW.amount_cents <= k.amount_cents
             - (SELECT coalesce(sum(amount_cents), 0) FROM funding_commitmentpart WHERE reservation_id = k.id)
             - (SELECT coalesce(sum(amount_cents), 0) FROM funding_reservationrelease WHERE reservation_id = k.id));
END;

CREATE TRIGGER rule_funding_release_update BEFORE UPDATE ON funding_reservationrelease
BEGIN
    SELECT RAISE(ABORT, 'funding:reservation_fixed');
END;

CREATE TRIGGER rule_funding_release_delete BEFORE DELETE ON funding_reservationrelease
BEGIN
    SELECT RAISE(ABORT, 'funding:reservation_fixed');
END;

CREATE TRIGGER rule_funding_commitmentpart_insert BEFORE INSERT ON funding_commitmentpart
BEGIN
    SELECT RAISE(ABORT, 'funding:part_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_commitmentpart WHERE id = NEW.id OR public_id = NEW.public_id OR transfer_id = NEW.transfer_id
            OR (commitment_id = NEW.commitment_id AND envelope_id = NEW.envelope_id AND share = NEW.share));
    SELECT RAISE(ABORT, 'funding:part_transfer') WHERE NOT EXISTS (
        SELECT 1 FROM funding_commitment c, funding_envelope e JOIN funding_line l ON l.id = e.line_id
         WHERE c.id = NEW.commitment_id AND e.id = NEW.envelope_id
           AND (c.state = 'proposed'
                OR (c.state = 'committed' AND c.net_cents + c.vat_cents < l.second_person_from_cents)));
    SELECT RAISE(ABORT, 'funding:part_transfer') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_transfer t
          JOIN ledger_resource r ON r.id = t.resource_id
          JOIN ledger_account s ON s.id = t.source_id
          JOIN ledger_account d ON d.id = t.target_id
         WHERE t.id = NEW.transfer_id AND r.code = 'ae' AND t.amount = NEW.amount_cents AND typeof(NEW.amount_cents) = 'integer'
           AND s.code = CASE WHEN NEW.reservation_id IS NULL THEN 'envelope:' ELSE 'reserved:' END
               || (SELECT public_id FROM funding_envelope WHERE id = NEW.envelope_id)
           AND d.code = CASE (SELECT state FROM funding_commitment WHERE id = NEW.commitment_id)
               WHEN 'committed' THEN 'committed:' || NEW.public_id ELSE 'asked:' || (SELECT public_id FROM funding_envelope WHERE id = NEW.envelope_id) END);
    SELECT RAISE(ABORT, 'funding:reservation_transfer') WHERE NEW.reservation_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM funding_reservation r WHERE r.id = NEW.reservation_id AND r.envelope_id = NEW.envelope_id
           AND NEW.amount_cents <= r.amount_cents
             - (SELECT coalesce(sum(amount_cents), 0) FROM funding_commitmentpart WHERE reservation_id = r.id)
             - (SELECT coalesce(sum(amount_cents), 0) FROM funding_reservationrelease WHERE reservation_id = r.id));
    SELECT RAISE(ABORT, 'funding:commitment_parts') WHERE NEW.amount_cents + (
        SELECT coalesce(sum(amount_cents), 0) FROM funding_commitmentpart WHERE commitment_id = NEW.commitment_id)
        > (SELECT net_cents + vat_cents FROM funding_commitment WHERE id = NEW.commitment_id);
END;

CREATE TRIGGER rule_funding_commitmentpart_update BEFORE UPDATE ON funding_commitmentpart
BEGIN
    SELECT RAISE(ABORT, 'funding:part_fixed');
END;

CREATE TRIGGER rule_funding_commitmentpart_delete BEFORE DELETE ON funding_commitmentpart
BEGIN
    SELECT RAISE(ABORT, 'funding:part_fixed');
END;

CREATE TRIGGER rule_funding_movement_insert BEFORE INSERT ON funding_movement
BEGIN
    SELECT RAISE(ABORT, 'funding:movement_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_movement WHERE id = NEW.id OR public_id = NEW.public_id OR ae_transfer_id = NEW.ae_transfer_id
            OR cp_transfer_id = NEW.cp_transfer_id OR undoes_id = NEW.undoes_id);
    SELECT RAISE(ABORT, 'funding:movement_transfer')
     WHERE typeof(NEW.amount_cents) <> 'integer' OR NEW.kind NOT IN ('correction', 'confirmation', 'refusal', 'payment', 'credit_note', 'release', 'justification', 'recovery', 'reestablishment');
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'confirmation' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'asked:' || e.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'committed:' || p.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL
           AND NEW.cp_transfer_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'refusal' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'asked:' || e.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'envelope:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL
           AND NEW.cp_transfer_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'payment' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'committed:' || p.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'settled:' || p.public_id
          JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id AND c.amount = a.amount AND c.reverses_id IS NULL
          JOIN ledger_resource cr ON cr.id = c.resource_id AND cr.code = 'cp'
          JOIN ledger_account cs ON cs.id = c.source_id AND cs.code = 'envelope:' || e.public_id
          JOIN ledger_account cd ON cd.id = c.target_id AND cd.code = 'paid:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'credit_note' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'settled:' || p.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'committed:' || p.public_id
          JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id AND c.amount = a.amount AND c.reverses_id IS NULL
          JOIN ledger_resource cr ON cr.id = c.resource_id AND cr.code = 'cp'
          JOIN ledger_account cs ON cs.id = c.source_id AND cs.code = 'paid:' || e.public_id
          JOIN ledger_account cd ON cd.id = c.target_id AND cd.code = 'envelope:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'release' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'committed:' || p.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'envelope:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL
           AND NEW.cp_transfer_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'justification' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'settled:' || p.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'justified:' || p.public_id
          JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id AND c.amount = a.amount AND c.reverses_id IS NULL
          JOIN ledger_resource cr ON cr.id = c.resource_id AND cr.code = 'cp'
          JOIN ledger_account cs ON cs.id = c.source_id AND cs.code = 'paid:' || e.public_id
          JOIN ledger_account cd ON cd.id = c.target_id AND cd.code = 'justified:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'recovery' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'settled:' || p.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'returned:' || p.public_id
          JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id AND c.amount = a.amount AND c.reverses_id IS NULL
          JOIN ledger_resource cr ON cr.id = c.resource_id AND cr.code = 'cp'
          JOIN ledger_account cs ON cs.id = c.source_id AND cs.code = 'paid:' || e.public_id
          JOIN ledger_account cd ON cd.id = c.target_id AND cd.code = 'returned:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'reestablishment' AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
          JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          JOIN ledger_resource ar ON ar.id = a.resource_id AND ar.code = 'ae'
          JOIN ledger_account s ON s.id = a.source_id AND s.code = 'settled:' || p.public_id
          JOIN ledger_account d ON d.id = a.target_id AND d.code = 'envelope:' || e.public_id
          JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id AND c.amount = a.amount AND c.reverses_id IS NULL
          JOIN ledger_resource cr ON cr.id = c.resource_id AND cr.code = 'cp'
          JOIN ledger_account cs ON cs.id = c.source_id AND cs.code = 'paid:' || e.public_id
          JOIN ledger_account cd ON cd.id = c.target_id AND cd.code = 'envelope:' || e.public_id
         WHERE p.id = NEW.part_id AND a.amount = NEW.amount_cents AND a.reverses_id IS NULL);
    SELECT RAISE(ABORT, 'funding:movement_transfer') WHERE NEW.kind = 'correction' AND NOT EXISTS (
        SELECT 1 FROM funding_movement f JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
          LEFT JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id
         WHERE f.id = NEW.undoes_id AND f.part_id = NEW.part_id AND f.amount_cents = NEW.amount_cents
           AND f.kind NOT IN ('confirmation', 'refusal', 'correction')
           AND a.reverses_id = f.ae_transfer_id AND c.reverses_id IS f.cp_transfer_id);
END;

CREATE TRIGGER rule_funding_movement_update BEFORE UPDATE ON funding_movement
BEGIN
    SELECT RAISE(ABORT, 'funding:movement_fixed');
END;

CREATE TRIGGER rule_funding_movement_delete BEFORE DELETE ON funding_movement
BEGIN
    SELECT RAISE(ABORT, 'funding:movement_fixed');
END;

CREATE TRIGGER rule_funding_invoice_insert BEFORE INSERT ON funding_invoice
BEGIN
    SELECT RAISE(ABORT, 'funding:invoice_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_invoice WHERE id = NEW.id OR public_id = NEW.public_id);
END;

CREATE TRIGGER rule_funding_invoice_update BEFORE UPDATE ON funding_invoice
BEGIN
    SELECT RAISE(ABORT, 'funding:invoice_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.fingerprint IS NOT OLD.fingerprint OR NEW.commitment_id IS NOT OLD.commitment_id
        OR NEW.number IS NOT OLD.number OR NEW.dated IS NOT OLD.dated OR NEW.supplier_name IS NOT OLD.supplier_name OR NEW.net_cents IS NOT OLD.net_cents
        OR NEW.vat_rate IS NOT OLD.vat_rate OR NEW.vat_cents IS NOT OLD.vat_cents
        OR (OLD.state <> 'declared' AND NEW.state <> OLD.state
            AND NOT (OLD.state = 'accepted' AND NEW.state = 'declared' AND NOT EXISTS (
                SELECT 1 FROM funding_movement m WHERE m.invoice_id = NEW.id
                   AND NOT EXISTS (SELECT 1 FROM funding_movement u WHERE u.undoes_id = m.id))));
END;

CREATE TRIGGER rule_funding_invoice_delete BEFORE DELETE ON funding_invoice
BEGIN
    SELECT RAISE(ABORT, 'funding:invoice_fixed');
END;

CREATE TRIGGER rule_funding_recovery_insert BEFORE INSERT ON funding_recovery
BEGIN
    SELECT RAISE(ABORT, 'funding:recovery_fixed') WHERE EXISTS (
        SELECT 1 FROM funding_recovery WHERE id = NEW.id OR public_id = NEW.public_id);
END;

CREATE TRIGGER rule_funding_recovery_update BEFORE UPDATE ON funding_recovery
BEGIN
    SELECT RAISE(ABORT, 'funding:recovery_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.public_id IS NOT OLD.public_id OR NEW.fingerprint IS NOT OLD.fingerprint OR NEW.part_id IS NOT OLD.part_id
        OR NEW.claimed_cents IS NOT OLD.claimed_cents OR NEW.claimed_on IS NOT OLD.claimed_on
        OR (NEW.state = 'received' AND OLD.state <> 'received' AND NOT EXISTS (
            SELECT 1 FROM funding_movement m WHERE m.recovery_id = NEW.id AND m.amount_cents = NEW.claimed_cents
               AND NOT EXISTS (SELECT 1 FROM funding_movement u WHERE u.undoes_id = m.id)));
END;

CREATE TRIGGER rule_funding_recovery_delete BEFORE DELETE ON funding_recovery
BEGIN
    SELECT RAISE(ABORT, 'funding:recovery_fixed');
END;

-- What is awaited of a co-funder is answered once, by a part of the same commitment, share and amount on its own envelope.
CREATE TRIGGER rule_funding_awaited_insert BEFORE INSERT ON funding_awaitedpart
BEGIN
    SELECT RAISE(ABORT, 'funding:awaited_fixed') WHERE NEW.part_id IS NOT NULL
        OR EXISTS (SELECT 1 FROM funding_awaitedpart WHERE id = NEW.id);
END;

CREATE TRIGGER rule_funding_awaited_update BEFORE UPDATE ON funding_awaitedpart
BEGIN
    SELECT RAISE(ABORT, 'funding:awaited_fixed')
     WHERE NEW.id IS NOT OLD.id OR NEW.commitment_id IS NOT OLD.commitment_id OR NEW.body_id IS NOT OLD.body_id
        OR NEW.share IS NOT OLD.share OR NEW.amount_cents IS NOT OLD.amount_cents
        OR (OLD.part_id IS NOT NULL AND NEW.part_id IS NOT OLD.part_id);
    SELECT RAISE(ABORT, 'funding:awaited_part') WHERE NEW.part_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
         WHERE p.id = NEW.part_id AND p.commitment_id = NEW.commitment_id AND e.holder_id = NEW.body_id
           AND p.share = NEW.share AND p.amount_cents = NEW.amount_cents);
END;

CREATE TRIGGER rule_funding_awaited_delete BEFORE DELETE ON funding_awaitedpart
BEGIN
    SELECT RAISE(ABORT, 'funding:awaited_fixed');
END;
