"""The WSGI application that the server runs."""

import os

from django.core.wsgi import get_wsgi_application

from config.safety import refuse_demo_accounts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()
refuse_demo_accounts()
