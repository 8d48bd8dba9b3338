from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_move_tokens'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='device',
            name='token_hash',
        ),
        migrations.RemoveField(
            model_name='device',
            name='expires_at',
        ),
        migrations.AlterField(
            model_name='device',
            name='last_seen_at',
            field=models.DateTimeField(help_text='To the hour.'),
        ),
        migrations.AlterField(
            model_name='device',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL),
        ),
    ]
