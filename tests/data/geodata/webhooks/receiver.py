"""A partner's server on loopback that keeps what it got and answers as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    def __init__(self):
        self.got, self.answers, self.connections = [], [], 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, text, headers = (outer.answers.pop(0) if outer.answers else None) or (200, b"merci", {})
                if status == "drip after headers":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                if status in ("drip", "drip after headers"):
                    while not outer.over:
                        self.wfile.write(b"H")
                        time.sleep(0.05)
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_args):
                pass

        self.over = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/crochet"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.over = True
        self.server.shutdown()
        self.server.server_close()

    @property
    def changes(self):
        """Operation and uuid of every change, in the order they came."""
        bodies = [json.loads(body) for _headers, body in self.got]
        return [
            (each["op"], each["uuid"])
            for body in bodies
            if body["type"] == "changes"
            for each in body["data"]["changes"]
        ]
