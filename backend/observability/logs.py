"""JSON logs through structlog: ids and names of events, never bodies, query strings or tokens."""

from __future__ import annotations

import logging.config
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog import middlewares


def configure_logging(options: dict[str, Any]) -> None:
    """Django calls this with `settings.LOGGING`: `{"level": ...}`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(),
                    ],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            # Its lines repeat, less well, what the request log says.
            "loggers": {"django.server": {"level": "WARNING"}, "django_structlog": {"level": options["level"]}},
        }
    )


class RequestMiddleware(middlewares.RequestMiddleware):
    """Requests by method and path: a query string can hold a token or an address."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
