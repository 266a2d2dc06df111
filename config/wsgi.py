"""The WSGI application that the server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from config.safety import refuse_demo_accounts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django_application = get_wsgi_application()

from geodata.endpoints.door import door  # noqa: E402  (after the models are loaded)
from geodata.endpoints.unread import read_out  # noqa: E402
from geodata.live import ending  # noqa: E402

application = read_out(door(django_application))
refuse_demo_accounts()
ending.listen()
# What was loaded stays: looking through it for garbage stopped every thread for some tenth of a second now and then.
gc.collect()
gc.freeze()
