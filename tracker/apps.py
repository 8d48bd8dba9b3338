from django.apps import AppConfig


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = "Tracker"

    def ready(self) -> None:
        from tracker import derived_types, exported_sections, record_types, weekly_summaries

        record_types.register_all()
        derived_types.register_all()
        exported_sections.register_all()
        weekly_summaries.register_mail_kind()
