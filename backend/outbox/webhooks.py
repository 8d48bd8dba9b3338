"""`/webhooks/email/PROVIDER`: where the provider tells what became of mails. django-anymail authenticates and reads.

There is only the one of `EMAIL_PROVIDER`, and only with a secret.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailNotSupportedWarning, AnymailWebhookValidationFailure
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from backend.api.problems import plain_response
from backend.api.refusals import bad_request, page_not_found
from backend.limits.charges import charge
from backend.limits.counting import TooManyRequests, count
from backend.limits.subjects import client_address
from backend.outbox.tracking import record_event

AMAZON = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
NOT_READABLE = (AnymailError, AnymailWebhookValidationFailure, ValueError, KeyError, TypeError, AttributeError)


class SESWebhookView(AmazonSESTrackingWebhookView):  # type: ignore[misc]
    """Without boto3, which anymail wants for no more than to confirm a subscription."""

    def __init__(self, **kwargs: Any) -> None:
        self.auto_confirm_enabled = True
        AnymailBaseWebhookView.__init__(self, **kwargs)

    def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
        """The secret was checked before. Raises AnymailWebhookValidationFailure for an address that is not Amazon's."""
        url = str(sns_message.get("SubscribeURL", ""))
        if not AMAZON.match(url):
            raise AnymailWebhookValidationFailure("This is no address of Amazon SNS.")
        requests.get(url, timeout=settings.EMAIL_TIMEOUT, allow_redirects=False).raise_for_status()


VIEWS: dict[str, type[AnymailBaseWebhookView]] = {
    "ses": SESWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "mailgun": MailgunTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
}


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def provider_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """What can't be authenticated or read is refused and counted against the caller; what fails in us is told again later."""
    if provider != settings.EMAIL_PROVIDER or provider not in VIEWS or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return page_not_found(request)
    if request.method == "HEAD":
        return HttpResponse()
    if "Authorization" not in request.headers:  # Amazon gives it only when it is asked for
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail webhooks"'})
    with warnings.catch_warnings():  # that nobody at anymail tests SendGrid any more
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        view = VIEWS[provider]()
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except NOT_READABLE as error:
        decision = count(charge("anonymous", client_address(request)))
        if not decision.allowed:
            return plain_response(TooManyRequests(headers=decision.headers()))
        return bad_request(request, error)
    for event in events:
        record_event(event, now=timezone.now())
    return HttpResponse()
