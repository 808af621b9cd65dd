"""A wire to a server that breaks at a chosen word: before the word gets there, or with its answer on the way back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes bytes on between clients and a server of this machine, until the word comes by; then that wire is cut."""

    upstream: int
    word: bytes = b""
    """What cuts the wire when a client sends it; nothing is cut as long as it is empty."""
    heard: bool = False
    """Whether the server still gets the word, so that only its answer is lost."""
    left: int = 1
    """How many wires are cut."""
    cut: int = 0
    """How many were."""
    _listener: socket.socket = field(default_factory=socket.socket, repr=False)

    @property
    def port(self) -> int:
        """Where clients connect."""
        return int(self._listener.getsockname()[1])

    @contextmanager
    def running(self) -> Iterator[Relay]:
        """The relay, for as long as the context lasts."""
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.upstream))
                broken = threading.Event()
                threading.Thread(target=self._forth, args=(client, server, broken), daemon=True).start()
                threading.Thread(target=self._back, args=(client, server, broken), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, broken: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self.word and self.word in data and self.cut < self.left:
                    self.cut += 1
                    broken.set()
                    if self.heard:
                        server.sendall(data)
                        server.recv(1 << 16)  # the answer, which the client is not going to get
                    break
                server.sendall(data)
        _close(client, server)

    def _back(self, client: socket.socket, server: socket.socket, broken: threading.Event) -> None:
        with suppress(OSError):
            while not broken.is_set():
                server.settimeout(0.05)
                try:
                    data = server.recv(1 << 16) if not broken.is_set() else b""
                except TimeoutError:
                    continue
                if not data:
                    break
                client.sendall(data)
        if not broken.is_set():
            _close(client, server)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
