from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PostgresConfig(AppConfig):
    name = "backend.postgres"
    label = "postgres"
    verbose_name = "PostgreSQL"

    def ready(self) -> None:
        from backend.postgres.roles import grant_after_migrations

        post_migrate.connect(grant_after_migrations, sender=self, dispatch_uid="grant the application its rights")
