"""A small HTTP server and client for witnesses and collectors: bodies in, bodies out, nothing else."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import NamedTuple

from holdfast.store.database import StoreError

__all__ = ["MOST", "Answer", "Handle", "ask", "server"]

MOST = 8 << 20
"""Bytes of a body at most."""
SECONDS = 30


class Answer(NamedTuple):
    """A status, a body and its type."""

    status: int
    body: bytes = b""
    type: str = "text/plain; charset=utf-8"


Handle = Callable[[str, str, bytes], Answer]
"""(method, path, body) -> answer; called by one thread at a time."""


def server(listen: str, handle: Handle) -> ThreadingHTTPServer:
    """A server at HOST:PORT; `serve_forever` runs it. Raises StoreError."""
    host, _, port = listen.rpartition(":")
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        timeout = SECONDS
        protocol_version = "HTTP/1.1"
        server_version = "holdfast"
        sys_version = ""

        def do_GET(self) -> None:  # the library's name
            """Answers a question."""
            self._answer(b"")

        def do_POST(self) -> None:  # the library's name
            """Answers what was sent."""
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit()) or int(length) > MOST:
                self.close_connection = True
                self._send(Answer(413 if length else 411))
                return
            self._answer(self.rfile.read(int(length)))

        def _answer(self, body: bytes) -> None:
            with lock:
                answer = handle(self.command, self.path, body)
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Says nothing: what is worth saying the handler says."""

    try:
        return ThreadingHTTPServer((host or "127.0.0.1", int(port)), Handler)
    except (OSError, ValueError, OverflowError) as error:
        raise StoreError(f"cannot listen there: {error}", where=listen, hint="HOST:PORT, as 127.0.0.1:8765") from error


def ask(url: str, body: bytes | None = None) -> Answer:
    """Sends a body, or asks for one. Raises StoreError where nobody answers; a refusal is an answer."""
    if not url.startswith(("http://", "https://")):
        raise StoreError("this is no address", where=url, hint="http://HOST:PORT or https://...")
    request = urllib.request.Request(url, data=body)  # noqa: S310  # looked at above
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # looked at above
            return Answer(answer.status, answer.read(MOST))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(MOST))
    except (OSError, ValueError) as error:
        hint = "is it running there? nothing is lost: repeat the command"
        raise StoreError(f"nobody answers: {error}", where=url, hint=hint) from error
