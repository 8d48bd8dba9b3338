"""What signing in keeps for a moment: attempts under way, and nonces that were used."""

from __future__ import annotations

from django.db import models


class SignIn(models.Model):
    """Somebody signing up or in: their token, until it is known who they are, stands for an allauth session only.

    It opens nothing under `/v1`. Signing in replaces it by a device and a token of its own.
    """

    token_hash = models.BinaryField(max_length=32)
    session_key = models.CharField(max_length=40)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="accounts_signin_hash")]
        indexes = [
            # Clearing away: those that have ended.
            models.Index(fields=["expires_at"], name="accounts_signin_expires")
        ]

    def __str__(self) -> str:
        return f"Sign-in {self.pk}"


class UsedNonce(models.Model):
    """A nonce that an identity token was accepted with: the token can't be used a second time."""

    nonce_hash = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["nonce_hash"], name="accounts_usednonce_hash")]
        indexes = [
            # Clearing away: those whose nonce has ended anyway.
            models.Index(fields=["expires_at"], name="accounts_usednonce_expires")
        ]

    def __str__(self) -> str:
        return f"Nonce {self.pk}"
