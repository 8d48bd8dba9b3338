"""The product's settings without limits on how often something may be tried: what is measured is one try."""

from config.settings import *  # noqa: F403
from tests.security.unlimited import UNLIMITED

RATE_LIMITS = UNLIMITED
