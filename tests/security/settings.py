"""The product's settings without limits on how often something may be tried: what is measured is one try."""

from config.settings import *  # noqa: F403

ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]  # allauth takes either
