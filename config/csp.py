"""The Content-Security-Policy, in one place: nothing inline, nothing from another host."""

from typing import Any

NONE = "'none'"
SELF = "'self'"

POLICY: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "font-src": [SELF],
    "manifest-src": [SELF],
    "worker-src": [SELF],
    "frame-src": [SELF],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}

SETTING: dict[str, Any] = {"DIRECTIVES": POLICY}
