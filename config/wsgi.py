"""The WSGI application that granian (or any WSGI server) serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from backend.postgres.timeouts import bound_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
bound_connections()
# What is loaded by now stays: the collector need not look at it again and again.
gc.collect()
gc.freeze()
# A push of 500 records makes some 20 000 objects and hardly a cycle: looking every 700 for cycles costs 4 to 10 % of it.
gc.set_threshold(50_000, 20, 50)
