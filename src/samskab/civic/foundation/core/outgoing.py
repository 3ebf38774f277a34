"""Fetching from an address that somebody typed, without being led astray by it.

The name is resolved once, every address behind it is looked at, and the connection goes to the
very address that was looked at. Only public addresses over https, nothing on the own machine or
network, no redirect, no proxy, no packed answer; at most so many bytes in so many seconds, however
slowly they drip. `settings.LOCAL_HOSTS` names exceptions for tests and development.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, cast
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.errors import Invalid

SECONDS = 15.0
CHUNK = 64 * 1024
LONGEST = 500  # characters of an address
AGENT = "Samskab (+https://github.com/samskab/samskab)"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Invalid):
    """The address may not be asked."""


class Unreachable(Invalid):
    """It was asked, and did not answer as it should."""


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is empty when it was written into a file, and for 304."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def fetch(
    url: str,
    *,
    limit: int,
    seconds: float = SECONDS,
    headers: Mapping[str, str] | None = None,
    into: IO[bytes] | None = None,
) -> Answer:
    """GET of `url`: at most `limit` bytes in `seconds`, all in all. Statuses 200, 304 and 404
    come back; whatever else is Unreachable. Never call it while holding a transaction."""
    return _talk(_Question("GET", checked(url), headers or {}), limit, seconds, into)


def post(
    url: str,
    *,
    body: bytes,
    limit: int,
    seconds: float = SECONDS,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """POST of `body` under the same rules. Statuses 2xx, 404 and 410 come back; whatever else is
    Unreachable. Never call it while holding a transaction."""
    return _talk(_Question("POST", checked(url), headers or {}, body), limit, seconds, None)


@dataclass(frozen=True)
class _Question:
    method: str
    parts: SplitResult
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def statuses(self) -> frozenset[int]:
        return frozenset({200, 304, 404} if self.body is None else {*range(200, 300), 404, 410})


def _talk(question: _Question, limit: int, seconds: float, into: IO[bytes] | None) -> Answer:
    deadline = time.monotonic() + seconds
    try:
        sock = _connect(question.parts, _resolve(question.parts), deadline)
        try:
            return _ask(_Hurried(sock, deadline), question, limit, into)
        finally:
            sock.close()
    except TimeoutError:
        raise Unreachable(_("They take too long to answer. Try again later.")) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreachable(_("We cannot get through to that address. Is it right?")) from None


# --- the address -------------------------------------------------------------------------------
def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked. Raises Refused; asks nobody."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise Refused(_("That is no web address. It begins with https://")) from None
    strange = any(ord(sign) <= 32 or ord(sign) > 126 for sign in parts.path + parts.query)
    if len(url) > LONGEST or not host or strange or parts.fragment or "\\" in url:
        raise Refused(_("That is no web address. It begins with https://"))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("Leave names and passwords out of the address."))
    if is_local(parts) and parts.scheme in {"http", "https"}:
        return parts
    if parts.scheme != "https":
        raise Refused(_("Only addresses that begin with https:// can be used."))
    if port not in {None, 443}:
        raise Refused(_("Leave the number after the colon out of the address."))
    return parts


def travelling(url: str) -> str:
    """The same address in the letters that travel, as it stands in the request."""
    parts = checked(url)
    return parts._replace(netloc=_netloc(parts)).geturl()


def is_local(parts: SplitResult) -> bool:
    """Named by the settings as an exception, as `host` or `host:port`."""
    named = {name.lower() for name in settings.LOCAL_HOSTS}
    return bool({(parts.hostname or ""), parts.netloc.lower()} & named)


def _resolve(parts: SplitResult) -> tuple[int, Any]:
    """One address to connect to. When any of them is not public, none is used: a name that
    leads both out and in is a trap."""
    found = socket.getaddrinfo(_host(parts), _port(parts), type=socket.SOCK_STREAM)
    if not found:
        raise OSError("no address")
    if not is_local(parts):
        for _family, _kind, _protocol, _name, place in found:
            if not is_public(ipaddress.ip_address(str(place[0]).partition("%")[0])):
                raise Refused(_("That address is on an own network. We only ask public ones."))
    family, _kind, _protocol, _name, place = found[0]
    return family, place


def is_public(address: Address) -> bool:
    """Reached over the internet, also when one address is wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(one) for one in inner):
            return False
    return address.is_global and not address.is_multicast


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").encode("idna").decode("ascii")


def _netloc(parts: SplitResult) -> str:
    """Host and port in the letters that travel: æ, ø and å are written in another way there."""
    host = _host(parts)
    name = f"[{host}]" if ":" in host else host
    return name if parts.port is None else f"{name}:{parts.port}"


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


# --- the connection ----------------------------------------------------------------------------
def _connect(parts: SplitResult, where: tuple[int, Any], deadline: float) -> socket.socket:
    family, place = where
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.settimeout(_left(deadline))
        plain.connect(place)
        if parts.scheme != "https":
            return plain
        plain.settimeout(_left(deadline))
        return ssl.create_default_context().wrap_socket(plain, server_hostname=_host(parts))
    except BaseException:
        plain.close()
        raise


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Hurried(io.RawIOBase):
    """A socket whose every wait ends with the deadline, as `http.client` wants to have it."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._deadline))
        return self._sock.recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self._deadline))
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, CHUNK)


def _ask(
    sock: _Hurried,
    question: _Question,
    limit: int,
    into: IO[bytes] | None,
) -> Answer:
    parts, body = question.parts, question.body
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = {"Host": _netloc(parts), "User-Agent": AGENT, "Accept-Encoding": "identity",
             "Connection": "close", **question.headers}  # fmt: skip
    if body is not None:
        asked["Content-Length"] = str(len(body))
    lines = [
        f"{question.method} {target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in asked.items()),
    ]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in a header")
    sock.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + (body or b""))
    answer = http.client.HTTPResponse(cast(socket.socket, sock), method=question.method)
    answer.begin()
    found = {name.lower(): value for name, value in answer.getheaders()}
    if 300 <= answer.status < 400 and answer.status != 304:
        raise Unreachable(_("The address sends us on to another one. Write that one instead."))
    if answer.status not in question.statuses:
        raise Unreachable(_("They could not answer. Try again later."))
    if found.get("content-encoding", "identity") != "identity":
        raise Unreachable(_("They answer in a way that we do not read."))
    text = b"" if answer.status == 304 else _read(answer, limit, into)
    return Answer(answer.status, found, text)


def _read(answer: http.client.HTTPResponse, limit: int, into: IO[bytes] | None) -> bytes:
    """What comes is counted; what the answer says about its own length is not believed."""
    target: IO[bytes] = io.BytesIO() if into is None else into
    size = 0
    while piece := answer.read1(CHUNK):
        size += len(piece)
        if size > limit:
            raise Unreachable(_("They send more than we take. Nothing was kept."))
        target.write(piece)
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return cast(io.BytesIO, target).getvalue() if into is None else b""
