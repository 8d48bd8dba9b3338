from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "backend.limits"
    label = "limits"
    verbose_name = "Limits"

    def ready(self) -> None:
        from backend.limits.policies import all_policies

        all_policies()  # a mistake in ENGRAM_RATE_LIMITS shows at the start, and not at the first request
