from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backend.accounts.second_factors import encrypt_all_again


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of second factors with the newest SECRET_KEY. Then its fallbacks can go. Safe to repeat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{encrypt_all_again()} second factors are under the newest key.")
