from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backend.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed, password_reset
        from allauth.mfa.models import Authenticator
        from django.contrib.auth.signals import user_logged_out
        from django.db.models.signals import post_delete, post_save

        from backend.accounts import second_factors, sign_outs

        user_logged_out.connect(sign_outs.signed_out, dispatch_uid="sign-out")
        password_reset.connect(sign_outs.password_was_reset, dispatch_uid="password reset")
        authentication_step_completed.connect(second_factors.keep_code_used, dispatch_uid="a code counts once")
        post_save.connect(sign_outs.second_factor_changed, Authenticator, dispatch_uid="second factor added")
        post_delete.connect(sign_outs.second_factor_changed, Authenticator, dispatch_uid="second factor removed")
