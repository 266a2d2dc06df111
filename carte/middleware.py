"""What happens around every page: the database being down is 503, not 500."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError

from carte.pages import errors

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# SQLSTATE classes 08 (connection), 53 (resources) and 57P0x (shutdown); none: no connection at all.
DOWN = ("08", "53", "57P0")
API = "/api/"


class DatabaseDownMiddleware:
    """Answer pages with 503 and Retry-After while PostgreSQL does not answer.

    Addresses of the API are left to its own mapping to problem+json. An OperationalError that the
    server itself raised for another reason (a statement timeout, a deadlock) stays what it is.
    """

    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponse]") -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponse":
        return self.get_response(request)

    def process_exception(self, request: "HttpRequest", exception: Exception) -> "HttpResponse | None":
        """503 for a page whose view could not reach the database."""
        if request.path.startswith(API) or not is_down(exception):
            return None
        return errors.unavailable(request)


def is_down(exception: BaseException) -> bool:
    """Whether the database did not answer, as opposed to refusing a statement."""
    if not isinstance(exception, (InterfaceError, OperationalError)):
        return False
    state = getattr(exception.__cause__, "sqlstate", None)
    return state is None or state.startswith(DOWN)
