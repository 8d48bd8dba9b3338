"""A password hasher that keeps count, in a file, of the passwords it has really looked at."""

from __future__ import annotations

import os
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher


class CountedHasher(Argon2PasswordHasher):
    memory_cost = 8192  # what is counted here need not be slow

    def verify(self, password: str, encoded: str) -> bool:
        with Path(os.environ["EVALUATIONS"]).open("ab") as file:
            file.write(b".")
        return super().verify(password, encoded)
