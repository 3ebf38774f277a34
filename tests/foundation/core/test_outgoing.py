"""Fetching: a real server on loopback that misbehaves, and addresses that may not be asked."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation

from samskab.civic.foundation.core import outgoing
from samskab.civic.foundation.core.outgoing import Refused, Unreachable, fetch

Talk = Callable[[socket.socket], None]
Serve = Callable[[Talk | bytes], str]


@pytest.fixture
def serve(settings: Any) -> Iterator[Serve]:
    """Starts a server that talks as it is told; it is an allowed exception."""
    listening = []

    def start(talk: Talk | bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        host = f"127.0.0.1:{server.getsockname()[1]}"
        settings.LOCAL_HOSTS = [*settings.LOCAL_HOSTS, host]
        threading.Thread(target=answer, args=(server, talk), daemon=True).start()
        return f"http://{host}"

    yield start
    for server in listening:
        server.close()


HEARD: list[bytes] = []


def answer(server: socket.socket, talk: Talk | bytes) -> None:
    try:
        while True:
            sock, _place = server.accept()
            with sock:
                HEARD.append(sock.recv(4096))
                if isinstance(talk, bytes):
                    sock.sendall(talk)
                else:
                    talk(sock)
    except OSError:
        return


def said(error: pytest.ExceptionInfo[Any]) -> str:
    with translation.override("en"):
        return str(error.value.message)


def head(length: int, *lines: str, status: str = "200 OK") -> bytes:
    text = [f"HTTP/1.1 {status}", f"Content-Length: {length}", *lines, "", ""]
    return "\r\n".join(text).encode()


@pytest.fixture(autouse=True)
def _no_exceptions(settings: Any) -> None:
    settings.LOCAL_HOSTS = []


# --- answers -----------------------------------------------------------------------------------
def test_an_answer_comes_back_with_what_was_asked(serve: Serve) -> None:
    HEARD.clear()
    url = serve(head(5, 'ETag: "x"') + b"hello")
    found = fetch(url + "/a?b=c", limit=10, headers={"If-None-Match": '"y"'})
    assert (found.status, found.body, found.headers["etag"]) == (200, b"hello", '"x"')
    asked = HEARD[0].decode().split("\r\n")
    assert asked[:2] == ["GET /a?b=c HTTP/1.1", f"Host: {url.removeprefix('http://')}"]
    assert {'If-None-Match: "y"', "Accept-Encoding: identity", "Connection: close"} <= set(asked)


def test_a_danish_name_is_asked_in_the_letters_that_travel(
    serve: Serve, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    HEARD.clear()
    port = serve(head(2) + b"ok").rpartition(":")[2]
    settings.LOCAL_HOSTS = [f"råd.example:{port}"]
    asked: list[str] = []

    def resolve(host: str, port: int, **how: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert fetch(f"http://råd.example:{port}/", limit=10).body == b"ok"
    assert asked == ["xn--rd-yia.example"]
    assert f"Host: xn--rd-yia.example:{port}\r\n".encode() in HEARD[0]


def test_an_unchanged_page_has_no_body(serve: Serve) -> None:
    found = fetch(serve(head(0, status="304 Not Modified")), limit=10)
    assert (found.status, found.body) == (304, b"")


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (head(11) + b"x" * 11, "more than we take"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000, "more than we take"),
        (head(2) + b"x" * 1_000_000, ""),
        (head(8) + b"four", "get through"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n" + b"x" * 99, "more"),
        (head(0, "Location: http://127.0.0.1/", status="302 Found"), "sends us on"),
        (head(4, "Content-Encoding: gzip") + b"\x1f\x8b88", "do not read"),
        (head(0, status="500 Oh No"), "could not answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "get through"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n", "get through"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "get through"),
        (b"", "get through"),
    ],
)
def test_what_is_no_proper_answer_is_refused(talk: bytes, words: str, serve: Serve) -> None:
    url = serve(talk)
    if not words:
        assert fetch(url, limit=10).body == b"xx"
        return
    with pytest.raises(Unreachable) as error:
        fetch(url, limit=10)
    assert words in said(error)


def drip(begin: bytes) -> Talk:
    def talk(sock: socket.socket) -> None:
        sock.sendall(begin)
        for _turn in range(200):
            time.sleep(0.05)
            sock.sendall(b"x")

    return talk


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nX: ", head(1000)])
def test_a_slow_drip_ends_with_the_time(begin: bytes, serve: Serve) -> None:
    """Each byte comes quickly enough for a timeout by byte: only the whole is too slow."""
    start = time.monotonic()
    with pytest.raises(Unreachable) as error:
        fetch(serve(drip(begin)), limit=10_000, seconds=0.4)
    assert "too long" in said(error)
    assert time.monotonic() - start < 2


# --- addresses ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
        "http://example.org/", "https://", "https:///x", "https://example.org:22/",
        "https://me@example.org/", "https://a:b@example.org/", "https://example.org/a b",
        "https://example.org/\r\nX: y", "https://example.org/#x", "https://example.org\\@x/",
        "https://example.org:x/", "https://[::1", "https://" + "a" * 600, "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_asked(url: str) -> None:
    with pytest.raises(Refused):
        fetch(url, limit=10)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "10.1.2.3", "192.168.0.1",  # noqa: S104 an address that is refused
     "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "2130706433",
     "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]",
     "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255"],
)  # fmt: skip
def test_nothing_on_the_own_network_is_asked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*args: Any) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(outgoing, "_connect", no)
    with pytest.raises((Refused, Unreachable)):
        fetch(f"https://{host}/", limit=10)


def names(*addresses: str) -> Callable[..., Any]:
    def resolve(host: str, port: int, **how: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return resolve


def test_a_name_that_leads_out_and_in_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", names("93.184.216.34", "127.0.0.1"))
    with pytest.raises(Refused) as error:
        fetch("https://both.example/", limit=10)
    assert "own network" in said(error)


def test_a_name_is_resolved_once_and_that_very_address_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that answers differently the second time gets no second time."""
    asked: list[Any] = []
    turns = iter([names("93.184.216.34"), names("127.0.0.1")])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: next(turns)(*a, **k))

    def connect(parts: Any, where: Any, deadline: float) -> Any:
        asked.append(where)
        raise OSError

    monkeypatch.setattr(outgoing, "_connect", connect)
    with pytest.raises(Unreachable):
        fetch("https://turning.example/", limit=10)
    assert asked == [(socket.AF_INET, ("93.184.216.34", 443))]


def test_an_exception_holds_for_its_port_only(serve: Serve) -> None:
    fetch(serve(head(2) + b"ok"), limit=10)
    with pytest.raises(Refused):
        fetch("http://127.0.0.1:9/", limit=10)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:400f:80c::200e", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert outgoing.is_public(ipaddress.ip_address(address))
