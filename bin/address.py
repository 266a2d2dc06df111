"""Whether one can listen at an address. Run by itself: writes the first free port of HOST from PORT on."""

import errno
import socket
import sys

LAST_PORT = 65535


def refusal(host: str, port: int) -> OSError | None:
    """Why nothing can listen there by itself: something else does, or may not be joined, or the address is not ours."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # Without SO_REUSEPORT, by which two installations would answer in turn.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def told(error: OSError, host: str, port: int) -> str:
    """The same in a sentence."""
    if isinstance(error, PermissionError):
        return f"Port {port} is reserved for root: choose another with PORT=8000."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken: end what listens there, or choose another with PORT."
    return f"The address {host} cannot be served from: {error.strerror}."


def main(host: str, asked: str) -> None:
    """Write the port, or end with what keeps every port of the host from being served. Says when it is another one."""
    first = int(asked) if asked.isdecimal() and asked.isascii() else 0
    if not 0 < first <= LAST_PORT:
        sys.exit(f"PORT={asked} is no port: choose a number from 1 to 65535.")
    for port in range(first, LAST_PORT + 1):
        error = refusal(host, port)
        if error is None:
            if port != first:
                sys.stderr.write(f"Port {first} of {host} is taken: serving on {port}\n")
            sys.stdout.write(f"{port}\n")
            return
        if error.errno != errno.EADDRINUSE:
            sys.exit(told(error, host, port))
    sys.exit(told(OSError(errno.EADDRINUSE, ""), host, first))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
