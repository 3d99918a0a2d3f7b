"""Free ports on loopback."""

import secrets
import socket
from collections.abc import Container

# Below the range that the kernel hands out to outgoing connections, so that no client of ours can sit on a
# service's port while that service restarts.
PORTS = range(20_000, 32_000)


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as a server does: TIME_WAIT is no obstacle
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(wanted: int = 0, taken: Container[int] = ()) -> int:
    """The wanted one where it is free and not taken, else another."""
    port = wanted
    while port not in PORTS or port in taken or not port_is_free(port):
        port = secrets.choice(PORTS)
    return port
