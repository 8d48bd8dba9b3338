from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "backend.privacy"
    label = "privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        from backend.privacy import mails, other_places, platform_sections

        mails.register_kinds()
        other_places.register_all()
        platform_sections.register_all()
