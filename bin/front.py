"""Keep nginx at HOST and PORT, before the server at 127.0.0.1:INNER_PORT, with the configuration of the guide for operators.

What it refuses is a problem document, where granian has an empty answer (decision 0233). Run by bin/serve and by the tests.
"""

import os
import re
import shutil
import sys
from pathlib import Path

from address import told
from keep_serving import HOST, PORT, Served, Signals, refused, stop

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guides" / "nginx.conf"
PROGRAM = ROOT / "var" / "nginx" / "usr" / "sbin" / "nginx"
INNER_PORT = os.environ.get("INNER_PORT", "8001")
# The name of the site in the addresses of problems, while the request has not said another.
NAME = os.environ.get("NAME", HOST)
# A line of the guide that an nginx fetched before June 2026 does not know.
COUNTING = re.compile(r"^ *max_headers \d+;\n", re.MULTILINE)
# One process suffices for what two granians answer. Paths begin in the folder of this nginx.
AROUND = """{user}
daemon off;
pid pid;
error_log stderr crit;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
access_log off;
client_body_temp_path body;
proxy_temp_path proxy;
fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
{site}
}}
"""


def site(guide: str) -> str:
    """The configuration of the guide at HOST and PORT, without TLS.

    Raises ValueError when the guide lacks what is replaced.
    """
    at = f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"
    # As granian does, an address of all of IPv6 takes IPv4 too.
    both = " ipv6only=off" if HOST == "::" else ""
    for pattern, text in (
        (r"127\.0\.0\.1:8000;", f"127.0.0.1:{INNER_PORT};"),
        (r"listen 443 ssl default_server;", f"listen {at} default_server{both};"),
        (r"ssl_certificate(_key)? .*;", ""),
        (r"server_name .*;", f"server_name {NAME};"),
        (r"parcs\.example\.fr", f"{NAME}:{PORT}"),
        # Whoever ends TLS in front of bin/serve says so.
        (r"X-Forwarded-Proto \$scheme;", "X-Forwarded-Proto $http_x_forwarded_proto;"),
    ):
        guide, found = re.subn(pattern, text, guide)
        if not found:
            raise ValueError(pattern)
    return guide


def known(guide: str) -> str:
    """The guide without what this nginx would not start with."""
    return guide if b"max_headers" in PROGRAM.read_bytes() else COUNTING.sub("", guide)


def prepare(folder: Path) -> list[str]:
    """The command that starts nginx in its folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    # Without this the processes of root would be nobody's, who cannot enter the folder.
    user = "user root root;" if os.geteuid() == 0 else ""
    configuration = AROUND.format(user=user, site=site(known(GUIDE.read_text(encoding="utf-8"))))
    (folder / "nginx.conf").write_text(configuration, encoding="utf-8")
    return ["setpriv", "--pdeathsig", "TERM", str(PROGRAM), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]


def main() -> int:
    """Serve until told to stop."""
    signals = Signals()
    if error := refused(signals):
        sys.stderr.write(told(error, HOST, int(PORT)) + "\n")
        return 1
    folder = ROOT / "var" / "front" / f"{HOST}-{PORT}"
    nginx = Served(prepare(folder))
    try:
        while not signals.is_told_to_end:
            nginx.tend()
            signals.wait(nginx.wait_s)
    finally:
        stop([nginx])
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
