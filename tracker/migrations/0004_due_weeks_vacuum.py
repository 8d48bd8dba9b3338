from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0003_codes_and_stated_facts'),
    ]

    operations = [
        # Rows come and go with every write: vacuum after a thousand, not after a share of the table, and without pauses.
        migrations.RunSQL(
            "ALTER TABLE tracker_dueweek SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,"
            " autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000, autovacuum_vacuum_cost_delay = 0)",
            "ALTER TABLE tracker_dueweek RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,"
            " autovacuum_analyze_scale_factor, autovacuum_analyze_threshold, autovacuum_vacuum_cost_delay)",
        ),
    ]
