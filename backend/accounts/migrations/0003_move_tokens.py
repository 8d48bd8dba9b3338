from django.db import migrations

# Each signed-in device keeps its token. A seed is random; half of it comes from each UUID.
MOVE_TOKENS = """
    INSERT INTO accounts_devicetoken (device_id, token_hash, seed, created_at, expires_at, first_used_at)
    SELECT id, token_hash, sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea),
           created_at, expires_at, created_at
    FROM accounts_device WHERE user_id IS NOT NULL
"""
# Devices of nobody were sign-ins under way: they hold for as long as new ones do.
MOVE_SIGN_INS = """
    INSERT INTO accounts_signin (token_hash, session_key, expires_at)
    SELECT token_hash, session_key, created_at + interval '1 hour'
    FROM accounts_device WHERE user_id IS NULL AND revoked_at IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_tokens_of_their_own'),
    ]

    operations = [
        migrations.RunSQL(MOVE_TOKENS),
        migrations.RunSQL(MOVE_SIGN_INS),
        migrations.RunSQL("DELETE FROM accounts_device WHERE user_id IS NULL"),
    ]
