-- An entry comes right after the last one and is never altered; the head only steps forward by one.

CREATE FUNCTION rule_journal_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM journal_head WHERE count = NEW.seq - 1 AND last_hash = NEW.previous_hash) THEN
        RAISE EXCEPTION 'journal:not_next' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_journal_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.count <> OLD.count + 1
       OR NOT EXISTS (SELECT 1 FROM journal_entry WHERE seq = NEW.count AND hash = NEW.last_hash) THEN
        RAISE EXCEPTION 'journal:head_steps' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_journal_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.number <> 0 THEN
            RAISE EXCEPTION 'journal:mark_known' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.number <> OLD.number + 1 OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'journal:mark_steps' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rule_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER rule_journal_entry_insert BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION rule_journal_next();

CREATE TRIGGER rule_journal_entry_fixed BEFORE DELETE OR UPDATE ON journal_entry FOR EACH ROW EXECUTE FUNCTION rule_journal_refuse('journal:entry_fixed');

CREATE TRIGGER rule_journal_entry_whole BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION rule_journal_refuse('journal:entry_fixed');

CREATE TRIGGER rule_journal_head_update BEFORE UPDATE ON journal_head FOR EACH ROW EXECUTE FUNCTION rule_journal_step();

CREATE TRIGGER rule_journal_head_delete BEFORE DELETE ON journal_head FOR EACH ROW EXECUTE FUNCTION rule_journal_refuse('journal:head_fixed');

CREATE TRIGGER rule_journal_head_whole BEFORE TRUNCATE ON journal_head FOR EACH STATEMENT EXECUTE FUNCTION rule_journal_refuse('journal:head_fixed');

CREATE TRIGGER rule_journal_mark_steps BEFORE INSERT OR UPDATE ON journal_mark FOR EACH ROW EXECUTE FUNCTION rule_journal_mark();

CREATE TRIGGER rule_journal_mark_delete BEFORE DELETE ON journal_mark FOR EACH ROW EXECUTE FUNCTION rule_journal_refuse('journal:mark_fixed');

CREATE TRIGGER rule_journal_mark_whole BEFORE TRUNCATE ON journal_mark FOR EACH STATEMENT EXECUTE FUNCTION rule_journal_refuse('journal:mark_fixed');
