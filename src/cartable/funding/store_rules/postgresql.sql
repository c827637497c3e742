-- A row that tells of money names the transfer that moved it, of the same amount between the accounts that the row
-- says; what was written stays. So SQL typed by hand can neither invent money nor tell another story of it.

CREATE FUNCTION rule_funding_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- Each row is reached by its id, whatever the tables held when a session planned this: a join would be planned once too,
-- perhaps while they were empty.
CREATE FUNCTION rule_funding_posted(bigint, text, bigint, text, text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM ledger_transfer t
         WHERE t.id = $1 AND t.amount = $3
           AND (SELECT code FROM ledger_resource WHERE id = t.resource_id) = $2
           AND (SELECT code FROM ledger_account WHERE id = t.source_id) = $4
           AND (SELECT code FROM ledger_account WHERE id = t.target_id) = $5);
END
$$;

CREATE FUNCTION rule_funding_hex(uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT replace($1::text, '-', '')
$$;

CREATE FUNCTION rule_funding_envelope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM funding_envelope p LEFT JOIN territories_department d ON d.id = NEW.department_id
         WHERE p.id = NEW.parent_id AND p.line_id = NEW.line_id AND p.year = NEW.year
           AND ((p.level = 'national' AND NEW.level IN ('region', 'department'))
                OR (p.level = 'region' AND NEW.level = 'department' AND d.region_id = p.region_id))
    ) THEN
        RAISE EXCEPTION 'funding:envelope_outside' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_envelope_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM funding_envelope e, ledger_account a JOIN ledger_resource r ON r.id = a.resource_id
         WHERE e.id = NEW.envelope_id AND a.id = NEW.account_id AND r.code = NEW.credit
           AND a.floor = 0 AND a.code = NEW.stage || ':' || rule_funding_hex(e.public_id)
    ) THEN
        RAISE EXCEPTION 'funding:account_of_another' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    giver funding_envelope;
    taker funding_envelope;
    source text;
    target text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.public_id, NEW.fingerprint, NEW.kind, NEW.source_id, NEW.target_id, NEW.ae_cents, NEW.cp_cents,
            NEW.announced_on, NEW.redeployment)
           IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.fingerprint, OLD.kind, OLD.source_id, OLD.target_id,
            OLD.ae_cents, OLD.cp_cents, OLD.announced_on, OLD.redeployment)
           OR OLD.state <> 'announced'
          AND (NEW.state, NEW.notified_on, NEW.ae_transfer_id, NEW.cp_transfer_id, NEW.letter_number)
           IS DISTINCT FROM (OLD.state, OLD.notified_on, OLD.ae_transfer_id, OLD.cp_transfer_id, OLD.letter_number)
        THEN
            RAISE EXCEPTION 'funding:delegation_fixed' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    SELECT * INTO giver FROM funding_envelope WHERE id = NEW.source_id;
    SELECT * INTO taker FROM funding_envelope WHERE id = NEW.target_id;
    IF (CASE NEW.kind
            WHEN 'opening' THEN taker.parent_id IS NULL
            WHEN 'delegation' THEN taker.parent_id = giver.id
            WHEN 'withdrawal' THEN giver.parent_id = taker.id
            WHEN 'move' THEN giver.parent_id = taker.parent_id AND giver.id <> taker.id
        END) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding:delegation_kin' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'notified' THEN
        source := CASE NEW.kind
            WHEN 'opening' THEN 'outside:voted:' || (SELECT rule_funding_hex(l.public_id) FROM funding_line l WHERE l.id = taker.line_id)
            ELSE 'envelope:' || rule_funding_hex(giver.public_id) END;
        target := 'envelope:' || rule_funding_hex(taker.public_id);
        IF (CASE WHEN NEW.ae_cents = 0 THEN NEW.ae_transfer_id IS NULL
                 ELSE rule_funding_posted(NEW.ae_transfer_id, 'ae', NEW.ae_cents, source, target) END
            AND CASE WHEN NEW.cp_cents = 0 THEN NEW.cp_transfer_id IS NULL
                 ELSE rule_funding_posted(NEW.cp_transfer_id, 'cp', NEW.cp_cents, source, target) END) IS NOT TRUE THEN
            RAISE EXCEPTION 'funding:delegation_transfer' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.ae_transfer_id IS NOT NULL OR NEW.cp_transfer_id IS NOT NULL THEN
        RAISE EXCEPTION 'funding:delegation_transfer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('proposed', 'committed') THEN
            RAISE EXCEPTION 'funding:commitment_state' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.public_id, NEW.fingerprint, NEW.kind, NEW.bearer_id, NEW.net_cents, NEW.vat_rate, NEW.vat_cents)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.fingerprint, OLD.kind, OLD.bearer_id, OLD.net_cents, OLD.vat_rate,
        OLD.vat_cents)
       OR (NEW.proposed_by_id IS NOT NULL AND NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id)
       OR OLD.state <> 'proposed' AND (NEW.decided_on IS DISTINCT FROM OLD.decided_on
           OR (NEW.confirmed_by_id IS NOT NULL AND NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id)) THEN
        RAISE EXCEPTION 'funding:commitment_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('proposed', 'committed'), ('proposed', 'refused'), ('committed', 'closed'), ('closed', 'committed')) THEN
        RAISE EXCEPTION 'funding:commitment_state' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'proposed' AND NEW.state <> 'proposed' AND EXISTS (
        SELECT 1 FROM funding_commitmentpart p WHERE p.commitment_id = NEW.id AND NOT EXISTS (
            SELECT 1 FROM funding_movement m WHERE m.part_id = p.id
               AND m.kind = CASE NEW.state WHEN 'committed' THEN 'confirmation' ELSE 'refusal' END)) THEN
        RAISE EXCEPTION 'funding:commitment_state' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'proposed' AND NEW.state = 'committed' AND NEW.net_cents + NEW.vat_cents IS DISTINCT FROM (
        SELECT sum(amount_cents) FROM funding_commitmentpart WHERE commitment_id = NEW.id) THEN
        RAISE EXCEPTION 'funding:commitment_parts' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    envelope text;
BEGIN
    SELECT rule_funding_hex(public_id) INTO envelope FROM funding_envelope WHERE id = NEW.envelope_id;
    IF rule_funding_posted(NEW.transfer_id, 'ae', NEW.amount_cents, 'envelope:' || envelope, 'reserved:' || envelope)
       IS NOT TRUE THEN
        RAISE EXCEPTION 'funding:reservation_transfer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_reservation_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.fingerprint, NEW.envelope_id, NEW.amount_cents, NEW.reference, NEW.transfer_id)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.fingerprint, OLD.envelope_id, OLD.amount_cents, OLD.reference,
        OLD.transfer_id) THEN
        RAISE EXCEPTION 'funding:reservation_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

-- What is drawn from a reservation, by commitments and by what goes back; its row is locked, so that two cannot both fit.
CREATE FUNCTION rule_funding_drawn(bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    kept bigint;
BEGIN
    SELECT amount_cents INTO kept FROM funding_reservation WHERE id = $1 FOR NO KEY UPDATE;
    RETURN kept - (SELECT coalesce(sum(amount_cents), 0) FROM funding_commitmentpart WHERE reservation_id = $1)
                - (SELECT coalesce(sum(amount_cents), 0) FROM funding_reservationrelease WHERE reservation_id = $1);
END
$$;

CREATE FUNCTION rule_funding_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    envelope text;
BEGIN
    SELECT rule_funding_hex(e.public_id) INTO envelope
      FROM funding_reservation r JOIN funding_envelope e ON e.id = r.envelope_id WHERE r.id = NEW.reservation_id;
    IF (rule_funding_posted(NEW.transfer_id, 'ae', NEW.amount_cents, 'reserved:' || envelope, 'envelope:' || envelope)
        AND NEW.amount_cents <= rule_funding_drawn(NEW.reservation_id)) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding:reservation_transfer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole funding_commitment;
    envelope text;
    asked text;
    threshold bigint;
BEGIN
    SELECT * INTO whole FROM funding_commitment WHERE id = NEW.commitment_id FOR NO KEY UPDATE;
    SELECT 'envelope:' || rule_funding_hex(e.public_id), l.second_person_from_cents INTO envelope, threshold
      FROM funding_envelope e JOIN funding_line l ON l.id = e.line_id WHERE e.id = NEW.envelope_id;
    asked := replace(envelope, 'envelope:', 'asked:');
    IF NEW.reservation_id IS NOT NULL THEN
        IF (EXISTS (SELECT 1 FROM funding_reservation WHERE id = NEW.reservation_id AND envelope_id = NEW.envelope_id)
            AND NEW.amount_cents <= rule_funding_drawn(NEW.reservation_id)) IS NOT TRUE THEN
            RAISE EXCEPTION 'funding:reservation_transfer' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        envelope := replace(envelope, 'envelope:', 'reserved:');
    END IF;
    IF (CASE whole.state
            WHEN 'committed' THEN whole.net_cents + whole.vat_cents < threshold AND rule_funding_posted(
                NEW.transfer_id, 'ae', NEW.amount_cents, envelope, 'committed:' || rule_funding_hex(NEW.public_id))
            WHEN 'proposed' THEN rule_funding_posted(
                NEW.transfer_id, 'ae', NEW.amount_cents, envelope, asked)
        END) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding:part_transfer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.amount_cents + (SELECT coalesce(sum(amount_cents), 0) FROM funding_commitmentpart
                            WHERE commitment_id = NEW.commitment_id) > whole.net_cents + whole.vat_cents THEN
        RAISE EXCEPTION 'funding:commitment_parts' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_movement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part text;
    envelope text;
    ways text[];
BEGIN
    IF NEW.kind = 'correction' THEN
        IF NOT EXISTS (
            SELECT 1 FROM funding_movement f JOIN ledger_transfer a ON a.id = NEW.ae_transfer_id
              LEFT JOIN ledger_transfer c ON c.id = NEW.cp_transfer_id
             WHERE f.id = NEW.undoes_id AND f.part_id = NEW.part_id AND f.amount_cents = NEW.amount_cents
               AND f.kind NOT IN ('confirmation', 'refusal', 'correction')
               AND a.reverses_id = f.ae_transfer_id AND c.reverses_id IS NOT DISTINCT FROM f.cp_transfer_id
        ) THEN
            RAISE EXCEPTION 'funding:movement_transfer' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT rule_funding_hex(p.public_id), rule_funding_hex(e.public_id) INTO part, envelope
      FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id WHERE p.id = NEW.part_id;
    ways := CASE NEW.kind
        WHEN 'confirmation' THEN ARRAY['asked:' || envelope, 'committed:' || part, NULL, NULL]
        WHEN 'refusal' THEN ARRAY['asked:' || envelope, 'envelope:' || envelope, NULL, NULL]
        WHEN 'payment' THEN ARRAY['committed:' || part, 'settled:' || part, 'envelope:' || envelope, 'paid:' || envelope]
        WHEN 'credit_note' THEN ARRAY['settled:' || part, 'committed:' || part, 'paid:' || envelope, 'envelope:' || envelope]
        WHEN 'release' THEN ARRAY['committed:' || part, 'envelope:' || envelope, NULL, NULL]
        WHEN 'justification' THEN ARRAY['settled:' || part, 'justified:' || part, 'paid:' || envelope, 'justified:' || envelope]
        WHEN 'recovery' THEN ARRAY['settled:' || part, 'returned:' || part, 'paid:' || envelope, 'returned:' || envelope]
        WHEN 'reestablishment' THEN ARRAY['settled:' || part, 'envelope:' || envelope, 'paid:' || envelope, 'envelope:' || envelope]
    END;
    IF (rule_funding_posted(NEW.ae_transfer_id, 'ae', NEW.amount_cents, ways[1], ways[2])
        AND CASE WHEN ways[3] IS NULL THEN NEW.cp_transfer_id IS NULL
            ELSE rule_funding_posted(NEW.cp_transfer_id, 'cp', NEW.amount_cents, ways[3], ways[4]) END
        AND NOT EXISTS (SELECT 1 FROM ledger_transfer WHERE reverses_id IS NOT NULL
                         AND id IN (NEW.ae_transfer_id, NEW.cp_transfer_id))) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding:movement_transfer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.fingerprint, NEW.commitment_id, NEW.number, NEW.dated, NEW.supplier_name,
        NEW.net_cents, NEW.vat_rate, NEW.vat_cents)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.fingerprint, OLD.commitment_id, OLD.number, OLD.dated,
        OLD.supplier_name, OLD.net_cents, OLD.vat_rate, OLD.vat_cents)
       OR (OLD.state <> 'declared' AND NEW.state <> OLD.state
           AND NOT (OLD.state = 'accepted' AND NEW.state = 'declared' AND NOT EXISTS (
               SELECT 1 FROM funding_movement m WHERE m.invoice_id = NEW.id
                  AND NOT EXISTS (SELECT 1 FROM funding_movement u WHERE u.undoes_id = m.id)))) THEN
        RAISE EXCEPTION 'funding:invoice_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_funding_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.public_id, NEW.fingerprint, NEW.part_id, NEW.claimed_cents, NEW.claimed_on)
       IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.fingerprint, OLD.part_id, OLD.claimed_cents, OLD.claimed_on)
       OR (NEW.state = 'received' AND OLD.state <> 'received' AND NOT EXISTS (
            SELECT 1 FROM funding_movement m WHERE m.recovery_id = NEW.id AND m.amount_cents = NEW.claimed_cents
               AND NOT EXISTS (SELECT 1 FROM funding_movement u WHERE u.undoes_id = m.id))) THEN
        RAISE EXCEPTION 'funding:recovery_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

-- What is awaited of a co-funder is answered once, by a part of the same commitment, share and amount on its own envelope.
CREATE FUNCTION rule_funding_awaited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.part_id IS NOT NULL
       OR TG_OP = 'UPDATE' AND (
           (NEW.id, NEW.commitment_id, NEW.body_id, NEW.share, NEW.amount_cents)
           IS DISTINCT FROM (OLD.id, OLD.commitment_id, OLD.body_id, OLD.share, OLD.amount_cents)
           OR (OLD.part_id IS NOT NULL AND NEW.part_id IS DISTINCT FROM OLD.part_id)) THEN
        RAISE EXCEPTION 'funding:awaited_fixed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.part_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM funding_commitmentpart p JOIN funding_envelope e ON e.id = p.envelope_id
         WHERE p.id = NEW.part_id AND p.commitment_id = NEW.commitment_id AND e.holder_id = NEW.body_id
           AND p.share = NEW.share AND p.amount_cents = NEW.amount_cents) THEN
        RAISE EXCEPTION 'funding:awaited_part' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER rule_funding_envelope_insert BEFORE INSERT ON funding_envelope FOR EACH ROW EXECUTE FUNCTION rule_funding_envelope();

CREATE TRIGGER rule_funding_envelope_account_insert BEFORE INSERT ON funding_envelopeaccount FOR EACH ROW EXECUTE FUNCTION rule_funding_envelope_account();

CREATE TRIGGER rule_funding_delegation_write BEFORE INSERT OR UPDATE ON funding_delegation FOR EACH ROW EXECUTE FUNCTION rule_funding_delegation();

CREATE TRIGGER rule_funding_commitment_write BEFORE INSERT OR UPDATE ON funding_commitment FOR EACH ROW EXECUTE FUNCTION rule_funding_commitment();

CREATE TRIGGER rule_funding_reservation_insert BEFORE INSERT ON funding_reservation FOR EACH ROW EXECUTE FUNCTION rule_funding_reservation();

CREATE TRIGGER rule_funding_reservation_fixed BEFORE DELETE ON funding_reservation FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:reservation_fixed');

CREATE TRIGGER rule_funding_reservation_update BEFORE UPDATE ON funding_reservation FOR EACH ROW EXECUTE FUNCTION rule_funding_reservation_keeps();

CREATE TRIGGER rule_funding_reservation_whole BEFORE TRUNCATE ON funding_reservation FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:reservation_fixed');

CREATE TRIGGER rule_funding_release_insert BEFORE INSERT ON funding_reservationrelease FOR EACH ROW EXECUTE FUNCTION rule_funding_release();

CREATE TRIGGER rule_funding_release_fixed BEFORE DELETE OR UPDATE ON funding_reservationrelease FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:reservation_fixed');

CREATE TRIGGER rule_funding_release_whole BEFORE TRUNCATE ON funding_reservationrelease FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:reservation_fixed');

CREATE TRIGGER rule_funding_part_insert BEFORE INSERT ON funding_commitmentpart FOR EACH ROW EXECUTE FUNCTION rule_funding_part();

CREATE TRIGGER rule_funding_movement_insert BEFORE INSERT ON funding_movement FOR EACH ROW EXECUTE FUNCTION rule_funding_movement();

CREATE TRIGGER rule_funding_invoice_update BEFORE UPDATE ON funding_invoice FOR EACH ROW EXECUTE FUNCTION rule_funding_invoice();

CREATE TRIGGER rule_funding_recovery_update BEFORE UPDATE ON funding_recovery FOR EACH ROW EXECUTE FUNCTION rule_funding_recovery();

CREATE TRIGGER rule_funding_envelope_fixed BEFORE DELETE OR UPDATE ON funding_envelope FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:envelope_fixed');

CREATE TRIGGER rule_funding_envelope_whole BEFORE TRUNCATE ON funding_envelope FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:envelope_fixed');

CREATE TRIGGER rule_funding_envelopeaccount_fixed BEFORE DELETE OR UPDATE ON funding_envelopeaccount FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:account_fixed');

CREATE TRIGGER rule_funding_envelopeaccount_whole BEFORE TRUNCATE ON funding_envelopeaccount FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:account_fixed');

CREATE TRIGGER rule_funding_commitmentpart_fixed BEFORE DELETE OR UPDATE ON funding_commitmentpart FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:part_fixed');

CREATE TRIGGER rule_funding_commitmentpart_whole BEFORE TRUNCATE ON funding_commitmentpart FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:part_fixed');

CREATE TRIGGER rule_funding_movement_fixed BEFORE DELETE OR UPDATE ON funding_movement FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:movement_fixed');

CREATE TRIGGER rule_funding_movement_whole BEFORE TRUNCATE ON funding_movement FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:movement_fixed');

CREATE TRIGGER rule_funding_delegation_fixed BEFORE DELETE ON funding_delegation FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:delegation_fixed');

CREATE TRIGGER rule_funding_delegation_whole BEFORE TRUNCATE ON funding_delegation FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:delegation_fixed');

CREATE TRIGGER rule_funding_commitment_fixed BEFORE DELETE ON funding_commitment FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:commitment_fixed');

CREATE TRIGGER rule_funding_commitment_whole BEFORE TRUNCATE ON funding_commitment FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:commitment_fixed');

CREATE TRIGGER rule_funding_invoice_fixed BEFORE DELETE ON funding_invoice FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:invoice_fixed');

CREATE TRIGGER rule_funding_invoice_whole BEFORE TRUNCATE ON funding_invoice FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:invoice_fixed');

CREATE TRIGGER rule_funding_recovery_fixed BEFORE DELETE ON funding_recovery FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:recovery_fixed');

CREATE TRIGGER rule_funding_recovery_whole BEFORE TRUNCATE ON funding_recovery FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:recovery_fixed');

CREATE TRIGGER rule_funding_awaited_write BEFORE INSERT OR UPDATE ON funding_awaitedpart FOR EACH ROW EXECUTE FUNCTION rule_funding_awaited();

CREATE TRIGGER rule_funding_awaited_fixed BEFORE DELETE ON funding_awaitedpart FOR EACH ROW EXECUTE FUNCTION rule_funding_refuse('funding:awaited_fixed');

CREATE TRIGGER rule_funding_awaited_whole BEFORE TRUNCATE ON funding_awaitedpart FOR EACH STATEMENT EXECUTE FUNCTION rule_funding_refuse('funding:awaited_fixed');
