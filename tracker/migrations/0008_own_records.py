"""Own foods, own activities, favourites and templates of meals: records of no date, which nothing scores."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0007_catalogue_versions_and_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Favourite',
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
                ('list', models.CharField(choices=[('exercise_activities', 'Exercise activities'), ('cognitive_activities', 'Cognitive activities'), ('foods', 'Foods'), ('own_foods', 'Own foods'), ('own_activities', 'Own activities'), ('meal_templates', 'Meal templates')], max_length=24, null=True)),
                ('entry', models.CharField(help_text='A code of the catalogue, or the id of a record.', max_length=80, null=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['user', 'seq'], name='favourite_user_seq')],
                'constraints': [models.UniqueConstraint(fields=('user', 'uid'), name='favourite_user_uid'), models.UniqueConstraint(condition=models.Q(('origin_external_id__isnull', False)), fields=('user', 'origin_platform', 'origin_external_id'), name='favourite_user_origin'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='favourite_version'), models.CheckConstraint(condition=models.Q(('deleted_at__isnull', False), models.Q(('entry__isnull', False), ('list__isnull', False)), _connector='OR'), name='favourite_complete'), models.CheckConstraint(condition=models.Q(('list__isnull', True), ('list__in', ['exercise_activities', 'cognitive_activities', 'foods', 'own_foods', 'own_activities', 'meal_templates']), _connector='OR'), name='favourite_codes')],
            },
        ),
        migrations.CreateModel(
            name='MealTemplate',
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
                ('name', models.CharField(max_length=120, null=True)),
                ('meal', models.CharField(blank=True, choices=[('breakfast', 'Breakfast'), ('lunch', 'Lunch'), ('dinner', 'Dinner'), ('snack', 'Snack')], max_length=10, null=True)),
                ('items', models.JSONField(help_text='As in diet logs.', null=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['user', 'seq'], name='mealtemplate_user_seq')],
                'constraints': [models.UniqueConstraint(fields=('user', 'uid'), name='mealtemplate_user_uid'), models.UniqueConstraint(condition=models.Q(('origin_external_id__isnull', False)), fields=('user', 'origin_platform', 'origin_external_id'), name='mealtemplate_user_origin'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='mealtemplate_version'), models.CheckConstraint(condition=models.Q(('deleted_at__isnull', False), models.Q(('items__isnull', False), ('name__isnull', False)), _connector='OR'), name='mealtemplate_complete'), models.CheckConstraint(condition=models.Q(('meal__isnull', True), ('meal__in', ['breakfast', 'lunch', 'dinner', 'snack']), _connector='OR'), name='mealtemplate_codes')],
            },
        ),
        migrations.CreateModel(
            name='OwnActivity',
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
                ('domain', models.CharField(choices=[('exercise', 'Exercise'), ('cognitive', 'Cognitive')], max_length=12, null=True)),
                ('name', models.CharField(max_length=120, null=True)),
                ('activity', models.CharField(max_length=80, null=True)),
                ('effort', models.CharField(blank=True, choices=[('light', 'Light'), ('moderate', 'Moderate'), ('vigorous', 'Vigorous')], max_length=10, null=True)),
                ('duration_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('social', models.BooleanField(blank=True, null=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'own activities',
                'abstract': False,
                'indexes': [models.Index(fields=['user', 'seq'], name='ownactivity_user_seq')],
                'constraints': [models.UniqueConstraint(fields=('user', 'uid'), name='ownactivity_user_uid'), models.UniqueConstraint(condition=models.Q(('origin_external_id__isnull', False)), fields=('user', 'origin_platform', 'origin_external_id'), name='ownactivity_user_origin'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='ownactivity_version'), models.CheckConstraint(condition=models.Q(('deleted_at__isnull', False), models.Q(('activity__isnull', False), ('domain__isnull', False), ('name__isnull', False)), _connector='OR'), name='ownactivity_complete'), models.CheckConstraint(condition=models.Q(('duration_seconds__isnull', True), ('duration_seconds__lte', 86400), _connector='OR'), name='ownactivity_at_most_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('domain__isnull', True), ('domain__in', ['exercise', 'cognitive']), _connector='OR'), models.Q(('effort__isnull', True), ('effort__in', ['light', 'moderate', 'vigorous']), _connector='OR')), name='ownactivity_codes')],
            },
        ),
        migrations.CreateModel(
            name='OwnFood',
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
                ('name', models.CharField(max_length=120, null=True)),
                ('household_measure', models.CharField(blank=True, default='', help_text='Such as: a small bowl.', max_length=120)),
                ('gives', models.JSONField(blank=True, default=dict, help_text='Servings of each food group in one measure.')),
                ('note', models.TextField(blank=True, default='', max_length=2000)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['user', 'seq'], name='ownfood_user_seq')],
                'constraints': [models.UniqueConstraint(fields=('user', 'uid'), name='ownfood_user_uid'), models.UniqueConstraint(condition=models.Q(('origin_external_id__isnull', False)), fields=('user', 'origin_platform', 'origin_external_id'), name='ownfood_user_origin'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='ownfood_version'), models.CheckConstraint(condition=models.Q(('deleted_at__isnull', False), models.Q(('gives__isnull', False), ('name__isnull', False)), _connector='OR'), name='ownfood_complete')],
            },
        ),
    ]
