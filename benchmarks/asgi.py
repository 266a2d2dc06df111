"""The application for servers that speak ASGI, only to be measured."""

from django.core.asgi import get_asgi_application

application = get_asgi_application()
