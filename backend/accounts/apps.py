from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backend.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from backend.accounts.tokens import revoke_device_of_request

        user_logged_out.connect(revoke_device_of_request, dispatch_uid="revoke device on sign-out")
