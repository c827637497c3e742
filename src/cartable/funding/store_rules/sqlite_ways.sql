-- Money takes only the ways that an act takes (codes.py): between an envelope and its kin, within an envelope, between
-- an envelope and its own parts, within a part. So no INSERT by hand sends the money of one territory to another's.
-- Where a part has its row, the way is looked up by it; its first transfer comes before that row.

CREATE TRIGGER rule_funding_way BEFORE INSERT ON ledger_transfer
WHEN (SELECT code FROM ledger_resource WHERE id = NEW.resource_id) IN ('ae', 'cp')
BEGIN
    SELECT RAISE(ABORT, 'funding:way') WHERE NOT EXISTS (
        SELECT 1
          FROM (SELECT substr(s.code, 1, instr(s.code, ':') - 1) AS left, substr(s.code, instr(s.code, ':') + 1) AS giver,
                       substr(d.code, 1, instr(d.code, ':') - 1) AS reached, substr(d.code, instr(d.code, ':') + 1) AS taker,
                       a.envelope_id AS from_id, b.envelope_id AS to_id
                  FROM ledger_account s JOIN ledger_account d ON d.id = NEW.target_id
                  LEFT JOIN funding_envelopeaccount a ON a.account_id = s.id
                  LEFT JOIN funding_envelopeaccount b ON b.account_id = d.id
                 WHERE s.id = NEW.source_id) way
         WHERE CASE
            WHEN left = 'outside' THEN EXISTS (
                SELECT 1 FROM funding_envelope e JOIN funding_line l ON l.id = e.line_id
                 WHERE e.id = to_id AND e.parent_id IS NULL AND giver = 'voted:' || l.public_id AND reached = 'envelope')
            WHEN left = 'envelope' AND reached = 'envelope' THEN EXISTS (
                SELECT 1 FROM funding_envelope e, funding_envelope f
                 WHERE e.id = from_id AND f.id = to_id
                   AND (e.parent_id = f.id OR f.parent_id = e.id OR e.parent_id = f.parent_id))
            WHEN from_id IS NOT NULL AND to_id IS NOT NULL THEN from_id = to_id AND left || '>' || reached IN (
                'envelope>reserved', 'reserved>envelope', 'envelope>asked', 'reserved>asked', 'asked>envelope',
                'envelope>paid', 'paid>envelope', 'paid>justified', 'paid>returned', 'justified>paid', 'returned>paid')
            WHEN from_id IS NOT NULL AND left <> 'asked' AND NEW.reverses_id IS NULL THEN
                reached = 'committed' AND left IN ('envelope', 'reserved')
                AND NOT EXISTS (SELECT 1 FROM funding_commitmentpart WHERE public_id = taker)
            WHEN from_id IS NOT NULL THEN
                left || '>' || reached IN ('asked>committed', 'envelope>committed', 'envelope>settled')
                AND EXISTS (SELECT 1 FROM funding_commitmentpart WHERE public_id = taker AND envelope_id = from_id)
            WHEN to_id IS NOT NULL THEN
                left || '>' || reached IN ('committed>envelope', 'settled>envelope')
                AND EXISTS (SELECT 1 FROM funding_commitmentpart WHERE public_id = giver AND envelope_id = to_id)
            ELSE giver = taker AND left || '>' || reached IN (
                'committed>settled', 'settled>committed', 'settled>justified', 'settled>returned',
                'justified>settled', 'returned>settled')
            END);
END;

-- Payment credits follow commitment authority: what is paid, justified or paid back of an envelope names the same
-- amount, of the same day and commitment, that has just taken that step in one of its parts, and no two name one.
CREATE TRIGGER rule_funding_way_of_credits BEFORE INSERT ON ledger_transfer
WHEN (SELECT code FROM ledger_resource WHERE id = NEW.resource_id) = 'cp'
BEGIN
    SELECT RAISE(ABORT, 'funding:way') WHERE EXISTS (
        SELECT 1 FROM funding_envelopeaccount a JOIN funding_envelopeaccount b ON b.account_id = NEW.target_id
         WHERE a.account_id = NEW.source_id AND a.envelope_id = b.envelope_id
           AND (SELECT count(*) FROM ledger_transfer t
                 WHERE t.reference = NEW.reference AND t.source_id = NEW.source_id AND t.target_id = NEW.target_id
                   AND t.amount = NEW.amount AND t.value_date = NEW.value_date)
            >= (SELECT count(*) FROM ledger_transfer t
                  JOIN ledger_resource r ON r.id = t.resource_id AND r.code = 'ae'
                  JOIN ledger_account s ON s.id = t.source_id
                  JOIN ledger_account d ON d.id = t.target_id
                  JOIN funding_commitmentpart p ON p.envelope_id = a.envelope_id
                   AND p.public_id = substr(CASE WHEN s.code LIKE 'envelope:%' THEN d.code ELSE s.code END,
                                            instr(CASE WHEN s.code LIKE 'envelope:%' THEN d.code ELSE s.code END, ':') + 1)
                 WHERE t.reference = NEW.reference AND t.amount = NEW.amount AND t.value_date = NEW.value_date
                   AND CASE a.stage WHEN 'envelope' THEN s.code LIKE 'committed:%' OR s.code LIKE 'envelope:%'
                       WHEN 'paid' THEN s.code LIKE 'settled:%' ELSE s.code LIKE a.stage || ':%' END
                   AND CASE b.stage WHEN 'envelope' THEN d.code LIKE 'committed:%' OR d.code LIKE 'envelope:%'
                       WHEN 'paid' THEN d.code LIKE 'settled:%' ELSE d.code LIKE b.stage || ':%' END));
END;
