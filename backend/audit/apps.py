from django.apps import AppConfig
from django.core import checks


class AuditConfig(AppConfig):
    name = "backend.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from backend.audit.checks import check_protection
        from backend.audit.second_factor import passed_by_setting_it_up
        from backend.audit.staff_sessions import begin_session
        from backend.postgres.roles import limit_application

        limit_application("audit_entry", "SELECT, INSERT")
        limit_application("audit_head", "SELECT")
        limit_application("audit_participantkey", "SELECT, INSERT, DELETE")
        user_logged_in.connect(begin_session, dispatch_uid="begin a session of staff")
        authenticator_added.connect(passed_by_setting_it_up, dispatch_uid="setting a factor up is passing it")
        checks.register(check_protection, deploy=True)
