"""A dish gives servings of several food groups: what a measure gives takes the place of one group and its servings."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tracker", "0005_changes_in_order"),
    ]

    operations = [
        migrations.AddField("food", "category", models.CharField(default="other", max_length=40)),
        migrations.AddField(
            "food",
            "gives",
            models.JSONField(
                blank=True,
                default=dict,
                help_text='Servings of each food group in one household measure: {"beans": 1}. Empty: counts for no practice.',
            ),
        ),
        migrations.AddField(
            "food",
            "common",
            models.BooleanField(default=False, help_text="Among what people log most: found first."),
        ),
        migrations.RunSQL(
            "UPDATE tracker_food SET gives = jsonb_build_object(food_group, trim_scale(servings_per_measure))"
            " WHERE food_group IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField("food", "food_group"),
        migrations.RemoveField("food", "servings_per_measure"),
    ]
