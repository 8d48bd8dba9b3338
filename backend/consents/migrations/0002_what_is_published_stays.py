"""Published documents and decisions can't be changed, whoever holds the connection."""

from django.db import migrations

CREATE = """
CREATE FUNCTION consents_document_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'A published consent document never changes.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'consentdocument_stays';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consentdocument_stays BEFORE UPDATE OR DELETE ON consents_consentdocument
    FOR EACH ROW EXECUTE FUNCTION consents_document_stays();

CREATE FUNCTION consents_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A consent decision never changes; a new one takes its place.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'consentdecision_stays';
END $$;
CREATE TRIGGER consentdecision_stays BEFORE UPDATE ON consents_consentdecision
    FOR EACH ROW EXECUTE FUNCTION consents_decision_stays();
"""
DROP = """
DROP TRIGGER consentdecision_stays ON consents_consentdecision;
DROP FUNCTION consents_decision_stays();
DROP TRIGGER consentdocument_stays ON consents_consentdocument;
DROP FUNCTION consents_document_stays();
"""


class Migration(migrations.Migration):

    dependencies = [("consents", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
