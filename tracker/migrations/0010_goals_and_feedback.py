"""Goals of the participant's own, and what they think of suggestions: nothing is scored by either."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0009_earlier_scores'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PracticeGoal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.UUIDField(verbose_name='id in the API')),
                ('version', models.PositiveBigIntegerField()),
                ('content_hash', models.BinaryField(help_text='BLAKE2b-128 of the content as the app sent it.', max_length=16)),
                ('seq', models.BigIntegerField(help_text="The participant's change number of the last change.")),
                ('origin_platform', models.CharField(blank=True, max_length=40, null=True)),
                ('origin_app_id', models.CharField(blank=True, max_length=200, null=True)),
                ('origin_external_id', models.CharField(blank=True, max_length=200, null=True)),
                ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('practice', models.CharField(choices=[('aerobic_minutes', 'aerobic_minutes'), ('strength_days', 'strength_days'), ('active_days', 'active_days'), ('balance_days', 'balance_days'), ('activity_days', 'activity_days'), ('cognitive_minutes', 'cognitive_minutes'), ('skill_days', 'skill_days'), ('variety', 'variety'), ('social_days', 'social_days'), ('leafy_greens', 'leafy_greens'), ('other_vegetables', 'other_vegetables'), ('berries', 'berries'), ('nuts', 'nuts'), ('beans', 'beans'), ('whole_grains', 'whole_grains'), ('fish', 'fish'), ('olive_oil', 'olive_oil')], max_length=40, null=True)),
                ('from_week', models.DateField(help_text='The Monday of the first week that it holds for.', null=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=8, null=True)),
                ('weekly_step', models.DecimalField(blank=True, decimal_places=2, help_text='Added in each week that follows.', max_digits=8, null=True)),
                ('until_amount', models.DecimalField(blank=True, decimal_places=2, help_text='Where the steps end.', max_digits=8, null=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['user', 'seq'], name='practicegoal_user_seq')],
                'constraints': [models.UniqueConstraint(fields=('user', 'uid'), name='practicegoal_user_uid'), models.UniqueConstraint(condition=models.Q(('origin_external_id__isnull', False)), fields=('user', 'origin_platform', 'origin_external_id'), name='practicegoal_user_origin'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='practicegoal_version'), models.CheckConstraint(condition=models.Q(('deleted_at__isnull', False), models.Q(('amount__isnull', False), ('from_week__isnull', False), ('practice__isnull', False)), _connector='OR'), name='practicegoal_complete'), models.CheckConstraint(condition=models.Q(('from_week__isnull', True), ('from_week__iso_week_day', 1), _connector='OR'), name='practicegoal_monday'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('amount__gt', 0), _connector='OR'), models.Q(('until_amount__isnull', True), ('until_amount__gt', 0), _connector='OR')), name='practicegoal_positive'), models.CheckConstraint(condition=models.Q(('practice__isnull', True), ('practice__in', ['aerobic_minutes', 'strength_days', 'active_days', 'balance_days', 'activity_days', 'cognitive_minutes', 'skill_days', 'variety', 'social_days', 'leafy_greens', 'other_vegetables', 'berries', 'nuts', 'beans', 'whole_grains', 'fish', 'olive_oil']), _connector='OR'), name='practicegoal_codes')],
            },
        ),
        migrations.CreateModel(
            name='SuggestionFeedback',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.UUIDField(verbose_name='id in the API')),
                ('version', models.PositiveBigIntegerField()),
                ('content_hash', models.BinaryField(help_text='BLAKE2b-128 of the content as the app sent it.', max_length=16)),
                ('seq', models.BigIntegerField(help_text="The participant's change number of the last change.")),
                ('origin_platform', models.CharField(blank=True, max_length=40, null=True)),
                ('origin_app_id', models.CharField(blank=True, max_length=200, null=True)),
                ('origin_external_id', models.CharField(blank=True, max_length=200, null=True)),
                ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('suggestion', models.CharField(help_text='Its code; texts come and go.', max_length=80, null=True)),
                ('verdict', models.CharField(blank=True, choices=[('useful', 'Useful'), ('not_for_me', 'Not for me')], max_length=12, null=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'suggestion feedback',
                'abstract': False,
                'indexes': [models.Index(fields=['user', 'seq'], name='suggestionfeedback_user_seq')],
                'constraints': [models.UniqueConstraint(fields=('user', 'uid'), name='suggestionfeedback_user_uid'), models.UniqueConstraint(condition=models.Q(('origin_external_id__isnull', False)), fields=('user', 'origin_platform', 'origin_external_id'), name='suggestionfeedback_user_origin'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='suggestionfeedback_version'), models.CheckConstraint(condition=models.Q(('suggestion__isnull', False)), name='suggestionfeedback_complete'), models.CheckConstraint(condition=models.Q(('verdict__isnull', True), ('verdict__in', ['useful', 'not_for_me']), _connector='OR'), name='suggestionfeedback_codes')],
            },
        ),
    ]
