from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "backend.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed, password_reset

        from backend.outbox import confirmed_anew

        email_confirmed.connect(confirmed_anew.on_email_confirmed)
        password_reset.connect(confirmed_anew.on_password_reset)
