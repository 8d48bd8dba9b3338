"""What becomes of people's Apple and Google accounts when the settings no longer name the client ids they came by."""

from __future__ import annotations

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.base import Provider
from django.http import HttpRequest


class ClientRemoved(SocialApp.DoesNotExist, ValueError):  # type: ignore[misc]
    """No client id of that name. allauth refuses a new sign-in by the first of these exceptions, and takes the second for a
    sign-in under way that has ended."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """Raises `ClientRemoved` where somebody signs in, which is always by a client id. Without one an account is listed or
        removed, and that works whether or not anybody can still sign in by it."""
        try:
            return super().get_provider(request, provider, client_id=client_id)
        except SocialApp.DoesNotExist as error:
            provider_class = registry.get_class(provider)
            if client_id is None and provider_class is not None:
                off = provider_class(request, app=SocialApp(provider=provider))
                off.supports_token_authentication = False
                return off
            raise ClientRemoved from error
