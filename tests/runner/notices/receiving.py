"""Real receivers of notices on this machine: a mail server and a web server, which keep what they are given."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """What came."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    answer: int = 200
    """What the web server answers; the mail server refuses recipients where it is not 200."""


class _Post(socketserver.StreamRequestHandler):
    """One conversation with the mail server."""

    received: Received

    def handle(self) -> None:
        self.say("220 tests")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "QUIT":
                self.say("221 bye")
                return
            self.turn(word, line)

    def turn(self, word: str, line: str) -> None:
        if word == "EHLO":
            self.say("250-tests\r\n250 AUTH PLAIN")
        elif word == "AUTH":
            self.received.logins.append(base64.b64decode(line.split()[2]).decode())
            self.say("235 in")
        elif word == "RCPT":
            self.received.recipients.append(line)
            self.say("250 ok" if self.received.answer == 200 else "550 no such user")
        elif word == "DATA":
            self.say("354 go on")
            letter = b""
            while (part := self.rfile.readline()) not in (b".\r\n", b""):
                letter += part
            self.received.mails.append(message_from_bytes(letter))
            self.say("250 kept")
        else:
            self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[Received]:
    """A mail server that speaks SMTP (RFC 5321) as far as a letter needs it, with a login that takes any password."""
    received = Received()

    handler = type("Talk", (_Post,), {"received": received})
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler), received):
        yield received


@contextmanager
def web_server() -> Iterator[Received]:
    """A web server that takes JSON."""
    received = Received()

    class Talk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            received.posts.append({"path": self.path, **json.loads(text)})
            self.send_response(received.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Talk), received):
        yield received


@contextmanager
def serving(server: socketserver.TCPServer, received: Received) -> Iterator[None]:
    """The server in a thread, on its port."""
    received.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
