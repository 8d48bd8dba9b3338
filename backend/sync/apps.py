from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "backend.sync"
    label = "sync"
    verbose_name = "Synchronisation"

    def ready(self) -> None:
        from backend.sync import exported_sections

        exported_sections.register_all()
