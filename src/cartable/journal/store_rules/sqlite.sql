-- An entry comes right after the last one and is never altered; the head only steps forward by one.

CREATE TRIGGER rule_journal_entry_insert BEFORE INSERT ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal:not_next') WHERE NOT EXISTS (
        SELECT 1 FROM journal_head WHERE count = NEW.seq - 1 AND last_hash = NEW.previous_hash);
    SELECT RAISE(ABORT, 'journal:known') WHERE EXISTS (SELECT 1 FROM journal_entry WHERE seq = NEW.seq);
END;

CREATE TRIGGER rule_journal_entry_update BEFORE UPDATE ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal:entry_fixed');
END;

CREATE TRIGGER rule_journal_entry_delete BEFORE DELETE ON journal_entry
BEGIN
    SELECT RAISE(ABORT, 'journal:entry_fixed');
END;

CREATE TRIGGER rule_journal_head_insert BEFORE INSERT ON journal_head
BEGIN
    SELECT RAISE(ABORT, 'journal:head_known') WHERE EXISTS (SELECT 1 FROM journal_head);
END;

CREATE TRIGGER rule_journal_head_update BEFORE UPDATE ON journal_head
BEGIN
    SELECT RAISE(ABORT, 'journal:head_steps') WHERE NOT EXISTS (
        SELECT 1 FROM journal_entry
         WHERE seq = NEW.count AND hash = NEW.last_hash AND NEW.count = OLD.count + 1 AND NEW.id IS OLD.id);
END;

CREATE TRIGGER rule_journal_head_delete BEFORE DELETE ON journal_head
BEGIN
    SELECT RAISE(ABORT, 'journal:head_fixed');
END;

CREATE TRIGGER rule_journal_mark_insert BEFORE INSERT ON journal_mark
BEGIN
    SELECT RAISE(ABORT, 'journal:mark_known') WHERE NEW.number <> 0 OR EXISTS (SELECT 1 FROM journal_mark);
END;

CREATE TRIGGER rule_journal_mark_update BEFORE UPDATE ON journal_mark
BEGIN
    SELECT RAISE(ABORT, 'journal:mark_steps') WHERE NEW.number <> OLD.number + 1 OR NEW.id IS NOT OLD.id;
END;

CREATE TRIGGER rule_journal_mark_delete BEFORE DELETE ON journal_mark
BEGIN
    SELECT RAISE(ABORT, 'journal:mark_fixed');
END;
