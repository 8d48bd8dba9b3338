"""Texts of guidance, their versions, and how often what is published has changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0010_goals_and_feedback'),
    ]

    operations = [
        migrations.CreateModel(
            name='GuidanceLibraryState',
            fields=[
                ('id', models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='guidancelibrarystate_one_row')],
            },
        ),
        migrations.CreateModel(
            name='GuidanceText',
            fields=[
                ('code', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('suggestion', 'Suggestion'), ('encouragement', 'Encouragement')], max_length=13)),
                ('practice', models.CharField(help_text='Of an encouragement also logging or rest.', max_length=40)),
                ('turn', models.PositiveSmallIntegerField(choices=[(0, 'First of every four weeks'), (1, 'Second of every four weeks'), (2, 'Third of every four weeks'), (3, 'Last of every four weeks')])),
            ],
            options={
                'verbose_name': 'guidance text',
                'permissions': [('review_guidancetext', 'Can review, publish and retire guidance texts')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['suggestion', 'encouragement'])), name='guidancetext_kind'), models.CheckConstraint(condition=models.Q(('turn__lt', 4)), name='guidancetext_turn')],
            },
        ),
        migrations.CreateModel(
            name='GuidanceVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='1, 2, 3 … of each text.')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('reviewed', 'Reviewed'), ('published', 'Published'), ('retired', 'Retired')], default='draft', max_length=9)),
                ('content', models.JSONField(help_text='As in tracker/data/suggestions, less id, practice and turn.')),
                ('from_release', models.BooleanField(default=False, help_text='Brought by a release, where it was reviewed.')),
                ('author', models.UUIDField(help_text='Whose account began it.', null=True)),
                ('writers', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, help_text='Everybody who changed it, the author first.', size=None)),
                ('reviewer', models.UUIDField(null=True)),
                ('publisher', models.UUIDField(null=True)),
                ('retired_by', models.UUIDField(null=True)),
                ('note', models.CharField(blank=True, default='', help_text='What changed, and why.', max_length=200)),
                ('checked_by', models.CharField(blank=True, default='', help_text='Digest of the wellness rules that it passed last.', max_length=32)),
                ('created_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('retired_at', models.DateTimeField(null=True)),
                ('text', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='tracker.guidancetext')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('text', 'number'), name='guidanceversion_number'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('text',), name='guidanceversion_one_published'), models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'reviewed'))), fields=('text',), name='guidanceversion_one_open'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'reviewed', 'published', 'retired'])), name='guidanceversion_state'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['reviewed', 'published']), _negated=True), ('from_release', True), models.Q(('reviewed_at__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='guidanceversion_reviewed'), models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), models.Q(models.Q(('reviewer', models.F('author')), _negated=True), models.Q(('writers__contains', models.Func(models.F('reviewer'), function='ARRAY', output_field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None), template='%(function)s[%(expressions)s]')), _negated=True)), _connector='OR'), name='guidanceversion_other_reviewer'), models.CheckConstraint(condition=models.Q(models.Q(('author__isnull', True), ('from_release', True), ('reviewer__isnull', True)), models.Q(('author__isnull', False), ('from_release', False)), _connector='OR'), name='guidanceversion_author'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='guidanceversion_published_at')],
            },
        ),
    ]
