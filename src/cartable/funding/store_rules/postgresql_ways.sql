-- Money takes only the ways that an act takes (codes.py): between an envelope and its kin, within an envelope, between
-- an envelope and its own parts, within a part. So no INSERT by hand sends the money of one territory to another's.
-- Where a part has its row, the way is looked up by it; its first transfer comes before that row.

-- The envelope that pays the part whose account this is; null where no part has that id.
CREATE FUNCTION rule_funding_payer(text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE WHEN $1 ~ ':[0-9a-f]{32}$' THEN (
        SELECT envelope_id FROM funding_commitmentpart WHERE public_id = split_part($1, ':', 2)::uuid) END;
END
$$;

CREATE FUNCTION rule_funding_kin(bigint, bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM funding_envelope e, funding_envelope f
         WHERE e.id = $1 AND f.id = $2
           AND (e.parent_id = f.id OR f.parent_id = e.id OR e.parent_id = f.parent_id));
END
$$;

-- Payment credits follow commitment authority: what is paid, justified or paid back of an envelope names the same
-- amount, of the same day and commitment, that has just taken that step in one of its parts, and no two name one.
CREATE FUNCTION rule_funding_followed(ledger_transfer, bigint, text, text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM ledger_transfer t
             WHERE t.reference = $1.reference AND t.source_id = $1.source_id AND t.target_id = $1.target_id
               AND t.amount = $1.amount AND t.value_date = $1.value_date)
         < (SELECT count(*) FROM ledger_transfer t
              JOIN ledger_account s ON s.id = t.source_id
              JOIN ledger_account d ON d.id = t.target_id
             WHERE t.reference = $1.reference AND t.amount = $1.amount AND t.value_date = $1.value_date
               AND t.resource_id <> $1.resource_id
               AND rule_funding_payer(CASE WHEN s.code LIKE 'envelope:%' THEN d.code ELSE s.code END) = $2
               AND CASE $3 WHEN 'envelope' THEN s.code LIKE 'committed:%' OR s.code LIKE 'envelope:%'
                   WHEN 'paid' THEN s.code LIKE 'settled:%' ELSE s.code LIKE $3 || ':%' END
               AND CASE $4 WHEN 'envelope' THEN d.code LIKE 'committed:%' OR d.code LIKE 'envelope:%'
                   WHEN 'paid' THEN d.code LIKE 'settled:%' ELSE d.code LIKE $4 || ':%' END);
END
$$;

CREATE FUNCTION rule_funding_takes_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    credit text := (SELECT code FROM ledger_resource WHERE id = NEW.resource_id);
    source text;
    target text;
    giver bigint;
    taker bigint;
    way text;
BEGIN
    IF credit NOT IN ('ae', 'cp') THEN
        RETURN NEW;
    END IF;
    SELECT code INTO source FROM ledger_account WHERE id = NEW.source_id;
    SELECT code INTO target FROM ledger_account WHERE id = NEW.target_id;
    SELECT envelope_id INTO giver FROM funding_envelopeaccount WHERE account_id = NEW.source_id;
    SELECT envelope_id INTO taker FROM funding_envelopeaccount WHERE account_id = NEW.target_id;
    way := split_part(source, ':', 1) || '>' || split_part(target, ':', 1);
    IF (CASE
            WHEN source LIKE 'outside:%' THEN way = 'outside>envelope' AND EXISTS (
                SELECT 1 FROM funding_envelope e JOIN funding_line l ON l.id = e.line_id
                 WHERE e.id = taker AND e.parent_id IS NULL
                   AND source = 'outside:voted:' || rule_funding_hex(l.public_id))
            WHEN way = 'envelope>envelope' THEN rule_funding_kin(giver, taker)
            WHEN giver IS NOT NULL AND taker IS NOT NULL THEN giver = taker AND CASE credit
                WHEN 'ae' THEN way IN ('envelope>reserved', 'reserved>envelope', 'envelope>asked', 'reserved>asked',
                    'asked>envelope')
                ELSE way IN ('envelope>paid', 'paid>envelope', 'paid>justified', 'paid>returned', 'justified>paid',
                        'returned>paid')
                    AND rule_funding_followed(NEW, giver, split_part(source, ':', 1), split_part(target, ':', 1)) END
            WHEN giver IS NOT NULL AND source NOT LIKE 'asked:%' AND NEW.reverses_id IS NULL THEN
                way IN ('envelope>committed', 'reserved>committed') AND rule_funding_payer(target) IS NULL
            WHEN giver IS NOT NULL THEN
                way IN ('asked>committed', 'envelope>committed', 'envelope>settled')
                    AND rule_funding_payer(target) = giver
            WHEN taker IS NOT NULL THEN
                way IN ('committed>envelope', 'settled>envelope') AND rule_funding_payer(source) = taker
            ELSE split_part(source, ':', 2) = split_part(target, ':', 2) AND way IN ('committed>settled',
                'settled>committed', 'settled>justified', 'settled>returned', 'justified>settled', 'returned>settled')
        END) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding:way' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER rule_funding_way BEFORE INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION rule_funding_takes_way();
