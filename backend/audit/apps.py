from django.apps import AppConfig
from django.core import checks


class AuditConfig(AppConfig):
    name = "backend.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from backend.audit.checks import check_protection
        from backend.postgres.roles import limit_application

        limit_application("audit_entry", "SELECT, INSERT")
        limit_application("audit_head", "SELECT")
        limit_application("audit_participantkey", "SELECT, INSERT, DELETE")
        checks.register(check_protection, deploy=True)
