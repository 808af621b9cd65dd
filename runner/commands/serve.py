"""`runner serve`: the history of all runs in a browser."""

from __future__ import annotations

import argparse
import json
import logging
import socket
import sys
from pathlib import Path

import uvicorn
from rich.text import Text

from runner import settings
from runner.desk import rights
from runner.desk.app import application
from runner.desk.catalogue.index import Index
from runner.desk.defences import LOOPBACK
from runner.desk.rights import Rights
from runner.errors import UsageError
from runner.outcomes import ExitStatus
from runner.progress import console_for

EXAMPLE = "runner serve --write"
PORT = 8700
LAST_S = 5
"""So long answers under way may take once it is stopped."""
SHORTEST_TOKEN = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1: this host only)")
    parser.add_argument("--port", type=_port, default=PORT, help=f"port to listen at ({PORT}; 0 for any that is free)")
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="name that it may be asked by"
    )
    parser.add_argument("--write", action="store_true", help="let whoever has the token approve and reject runs")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="take the token from a file, instead of a new one"
    )
    parser.add_argument("--trust-header", metavar="NAME", help="header in which a proxy names the person")
    parser.add_argument(
        "--trust-proxy", action="append", default=[], metavar="ADDRESS", help="address or network of it"
    )
    parser.add_argument("--json", action="store_true", help="print address and token as one line of JSON")


def main(options: argparse.Namespace) -> ExitStatus:
    """Serve until it is stopped."""
    known, console = settings.load(), console_for(sys.stderr)
    if options.token_file is not None and not options.write:
        raise UsageError("--token-file FILE goes with --write")
    trusted = rights.proxy(options.trust_header, options.trust_proxy)
    rights_ = Rights(_token(options.token_file)) if options.token_file else Rights() if options.write else None
    index = Index(known.output)
    index.refresh(lambda done, of: console.print(Text(f"indexed {done:,} of {of:,} runs")) if of > 1_000 else None)
    index.close()
    hosts = [*options.allow_host, *([options.host] if options.host not in LOOPBACK else [])]
    app = application(known, rights=rights_, proxy=trusted, hosts=hosts)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    config = uvicorn.Config(
        app,
        options.host,
        options.port,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_S,
    )
    server = uvicorn.Server(config)
    sockets = [_socket(options.host, options.port)]
    host = f"[{options.host}]" if ":" in options.host else options.host
    url = f"http://{host}:{sockets[0].getsockname()[1]}"
    token = rights_.token if rights_ is not None and not options.token_file else None
    if options.json:
        sys.stdout.write(json.dumps({"url": url, "output": str(known.output), "token": token}) + "\n")
        sys.stdout.flush()
    else:
        console.print(Text(f"the desk of {known.output} is at {url}"))
        if token is not None:
            console.print(Text(f"token: {token}"))
    if options.host not in LOOPBACK:
        console.print(Text("whoever reaches this address can read every run", style="yellow"))
    server.run(sockets)
    return ExitStatus.SUCCEEDED


def _socket(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as fault:
        raise UsageError(f"the desk cannot listen at {host}, port {port}: {fault.strerror or fault}") from None


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as fault:
        raise UsageError(f"--token-file {path}: cannot be read: {fault}") from None
    if len(token) < SHORTEST_TOKEN:
        raise UsageError(f"--token-file {path}: a token has at least {SHORTEST_TOKEN} characters")
    return token


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)
