"""PostgreSQL numbers, dates and chains the entries, whoever inserts them, and refuses to change any.

An entry's hash is SHA-256 of the hash before it and of the entry's fields, each as "<length in bytes>:<text>,". The
functions run as the owner of the tables, so the application needs no right on the head; only on the one table that they are
for, so that nobody moves the head by a table of their own.
"""

from django.db import migrations

CHAIN = """
CREATE FUNCTION audit_chain_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head public.audit_head%ROWTYPE;
    field text;
    content text := '';
BEGIN
    IF TG_RELID <> 'public.audit_entry'::regclass THEN
        RAISE EXCEPTION 'only the audit itself is chained' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- One writer at a time, until it commits: so numbers have no gap and every hash knows its predecessor.
    SELECT * INTO head FROM public.audit_head FOR UPDATE;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM public.audit_entry) THEN
            RAISE EXCEPTION 'the audit has lost its head' USING ERRCODE = 'data_corrupted';
        END IF;
        INSERT INTO public.audit_head (id, entries, hash) VALUES (true, 0, decode(repeat('00', 32), 'hex'))
            RETURNING * INTO head;
    END IF;
    NEW.id := head.entries + 1;
    NEW.at := clock_timestamp();
    NEW.previous_hash := head.hash;
    FOREACH field IN ARRAY ARRAY[
        NEW.id::text,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        NEW.actor::text,
        NEW.action,
        NEW.model,
        NEW.what::text,
        array_to_string(
            ARRAY(SELECT encode(one, 'hex') FROM unnest(NEW.participants) WITH ORDINALITY AS part(one, n) ORDER BY n), ' '
        ),
        NEW.purpose,
        NEW.request_id
    ] LOOP
        content := content || octet_length(convert_to(field, 'UTF8')) || ':' || field || ',';
    END LOOP;
    NEW.hash := sha256(NEW.previous_hash || convert_to(content, 'UTF8'));
    UPDATE public.audit_head SET entries = NEW.id, hash = NEW.hash;
    RETURN NEW;
END
$$;

CREATE FUNCTION audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the audit only grows' USING ERRCODE = 'insufficient_privilege';
END
$$;

REVOKE ALL ON FUNCTION audit_chain_entry(), audit_refuse() FROM PUBLIC;

CREATE TRIGGER audit_entry_chain BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_chain_entry();
CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_untruncated BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CHAIN, migrations.RunSQL.noop),
    ]
