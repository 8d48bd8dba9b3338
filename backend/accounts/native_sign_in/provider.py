"""Apple and Google as providers of allauth: only by identity token, only for client ids that the settings name."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.native_sign_in.identity_tokens import Identity, Issuer, TokenRefused, verify_identity_token
from backend.accounts.native_sign_in.issuer_keys import AWAY_SECONDS, IssuerUnavailable


class NativeAccount(ProviderAccount):  # type: ignore[misc]
    def to_str(self) -> str:
        return str(self.account.extra_data.get("email") or super().to_str())


class NativeProvider(Provider):  # type: ignore[misc]
    account_class = NativeAccount
    supports_token_authentication = True

    def verify_token(self, request: HttpRequest, token: dict[str, Any]) -> SocialLogin:
        """`{client_id, id_token, nonce}`. Raises `ValidationError`, or answers 503 while the issuer is away."""
        id_token, nonce = token.get("id_token"), token.get("nonce")
        if not isinstance(id_token, str) or not isinstance(nonce, str):
            raise ValidationError("An identity token and its nonce are needed.", code="invalid_token")
        try:
            identity = verify_identity_token(
                id_token,
                audience=self.app.client_id,
                nonce=nonce,
                now=timezone.now(),
                issuer=Issuer(**settings.IDENTITY_ISSUERS[self.id]),
            )
        except TokenRefused as error:
            raise ValidationError("This identity token is not acceptable.", code=error.code) from error
        except IssuerUnavailable as error:
            problem = ValidationError(f"{self.name} can't be reached. Try again.", code="provider_unavailable")
            answer = ErrorResponse(request, exception=problem, status=503)
            answer["Retry-After"] = str(AWAY_SECONDS)
            raise ImmediateHttpResponse(answer) from error
        return self.sociallogin_from_response(request, identity)

    def extract_uid(self, identity: Identity) -> str:
        return identity.subject

    def extract_extra_data(self, identity: Identity) -> dict[str, str]:
        """What is kept of the token: the address, so that people recognise the account in a list."""
        return {"email": identity.email}

    def extract_common_fields(self, identity: Identity) -> dict[str, str]:
        return {"email": identity.email}

    def extract_email_addresses(self, identity: Identity) -> list[EmailAddress]:
        if not identity.email:
            return []
        return [EmailAddress(email=identity.email, verified=identity.email_verified, primary=True)]


class AppleProvider(NativeProvider):
    id, name = "apple", "Apple"


class GoogleProvider(NativeProvider):
    id, name = "google", "Google"


provider_classes = [AppleProvider, GoogleProvider]
