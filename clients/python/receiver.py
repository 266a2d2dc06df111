"""Receive webhooks: check who sent a message, refuse what is old or was seen before, do what it says. Python ≥ 3.9 alone.

WEBHOOK_SECRET=whsec_… python receiver.py 8080      behind a proxy that ends TLS
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WINDOW_S = 300  # older or newer messages are not taken: a copy of one is worthless after five minutes


def verify(secret: str, headers: dict, body: bytes, now: float = 0) -> dict:
    """The message, or ValueError. `headers` by lower-case name, `body` as it came (bytes, before any parsing)."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs((now or time.time()) - int(stamp)) > WINDOW_S:
        raise ValueError("too old")
    signed = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    given = headers.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(each, wanted) for each in given):
        raise ValueError("not signed by this service")
    return json.loads(body)


class Receiver(BaseHTTPRequestHandler):
    """204 for what is taken, also when it was taken before; 401 for what is old or not signed."""

    secret, seen = "", {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            message = verify(self.secret, headers, body)
        except ValueError:
            self.answer(401)
            return
        if headers["webhook-id"] not in self.seen:  # in a program that restarts, keep this in its database
            self.take(message)
            self.seen[headers["webhook-id"]] = True
        self.answer(204)

    def take(self, message: dict) -> None:
        if message["type"] == "resync":
            # Changes were missed for good: what is kept is to be replaced by new copies before going on.
            print("resync: take a new copy of", *message["data"]["snapshots"])
        for change in message["data"].get("changes", []):
            # A message may come again later: leave what has a higher revision than this as it is.
            print(change["op"], change["collection"], change["uuid"], change["revision"])

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    Receiver.secret = os.environ["WEBHOOK_SECRET"]
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
