"""Whether one can listen at an address. Run by itself: writes the first free port of HOST from PORT on."""

import errno
import socket
import sys


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


def main(host: str, first: int) -> None:
    """Write the port, or end with what keeps every port of the host from being served."""
    for port in range(first, 65536):
        error = refusal(host, port)
        if error is None:
            sys.stdout.write(f"{port}\n")
            return
        if error.errno != errno.EADDRINUSE:
            sys.exit(told(error, host, port))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
