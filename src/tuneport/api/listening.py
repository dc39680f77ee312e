"""The socket that the server listens on."""

from __future__ import annotations

import errno
import ipaddress
import socket

from tuneport.config import LOOPBACK_HOSTS, Settings
from tuneport.core import Conflict, InvalidRequest

BACKLOG = 2048
MAX_PORT = 65535


def listen(settings: Settings) -> socket.socket:
    """Give a listening socket. Raises `InvalidRequest` for an address that can't be, `Conflict` for a taken one."""
    family, address = _address(settings)
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Its connections have it, too. Without it an answer's body waits 40 ms for the client to confirm the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _refused(settings, error) from error
    return listener


def require_key(settings: Settings, *, has_key: bool) -> None:
    """Raise `InvalidRequest` for an address that other machines reach where nobody has a key."""
    if settings.host not in LOOPBACK_HOSTS and not has_key:
        raise InvalidRequest(
            f"--host is {settings.host!r}, which other machines can reach, and there is no API key that holds. "
            "Make one with `tuneport keys create NAME`, set TUNEPORT_API_KEY, or listen on 127.0.0.1.",
            code="key_needed",
            param="host",
        )


def url_of(listener: socket.socket) -> str:
    """Give the address under which this machine reaches the socket."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if listener.family == socket.AF_INET6 else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _address(settings: Settings) -> tuple[socket.AddressFamily, tuple[str, int]]:
    # The system's resolver takes a larger number modulo 65536, and the server would listen somewhere else.
    if not 0 <= settings.port <= MAX_PORT:
        raise InvalidRequest(
            f"--port is {settings.port}. Use 0 (takes a free one) to {MAX_PORT}.", code="invalid_address", param="port"
        )
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise InvalidRequest(
            f"--host is {settings.host!r}: {error.strerror}. Give an address of this machine, such as 127.0.0.1.",
            code="invalid_address",
            param="host",
        ) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def _refused(settings: Settings, error: OSError) -> Conflict | InvalidRequest:
    where = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return Conflict(
            f"{where} is taken by another program. Stop it, or choose another port with --port (0 takes a free one).",
            code="port_in_use",
        )
    return InvalidRequest(
        f"Cannot listen on {where}: {error.strerror}. Choose another with --host and --port.",
        code="invalid_address",
        param="host",
    )
