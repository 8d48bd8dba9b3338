"""JSON logs through structlog: ids and names of events, never bodies, query strings, addresses or tokens.

Every line of the process goes the same way, whoever writes it: ours, Django's, Celery's, the server's.
"""

from __future__ import annotations

import logging.config
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django_structlog import middlewares

from backend.observability.log_fields import exception_without_message, fields_on_the_list, without_arguments

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def configure_logging(options: dict[str, Any]) -> None:
    """Django calls this with `settings.LOGGING`: `{"level": ...}`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exception_without_message,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    ours = {"handlers": ["stderr"], "level": options["level"], "propagate": False}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        fields_on_the_list,
                        structlog.processors.JSONRenderer(),
                    ],
                    "foreign_pre_chain": [*shared, without_arguments],
                    # The text as it was written, and whether it had arguments, for `without_arguments`.
                    "use_get_message": False,
                    "pass_foreign_args": True,
                    # Else the formatter appends the exception as it is.
                    "keep_exc_info": False,
                    "keep_stack_info": False,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                # Its lines repeat, less well, what the request log says.
                "django.server": {"level": "WARNING"},
                "django_structlog": {"level": options["level"]},
                # Django and the server give these handlers of their own.
                "django": {**ours},
                "_granian": {**ours},
                "granian.access": {**ours},
            },
        }
    )


class RequestMiddleware(middlewares.RequestMiddleware):
    """Requests by method and route: a path can hold anything that a caller writes, a query string a token."""

    def prepare(self, request: HttpRequest) -> None:
        """A proxy's request id is taken if it is one."""
        given = request.META.pop("HTTP_X_REQUEST_ID", "")
        with suppress(ValueError):
            request.META["HTTP_X_REQUEST_ID"] = str(UUID(given))
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        method = request.method if request.method in METHODS else "OTHER"
        match = request.resolver_match
        if match is None:
            try:
                match = resolve(request.path_info)
            except Resolver404:
                return f"{method} (no such address)"
        return f"{method} /{match.route}"
