"""The installation's own key, what it signs, and how a change of key is followed.

Ed25519. What is signed is JSON in canonical form (RFC 8785): the same value gives the same bytes,
whoever writes it down. The key is made at first use and kept in the data folder, readable by its
owner only. A new key is vouched for by the one before it, so that whoever knew the old one need
not ask again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

FILE = "signing.json"
CHANGE = "samskab-key-change"
CHANGES_AT_MOST = 50


# --- what is signed ----------------------------------------------------------------------------
def canonical(value: Any) -> bytes:
    """The bytes that are signed (RFC 8785): keys sorted, no spaces, numbers in one way.

    Takes what JSON can hold, with keys of text. Raises ValueError for anything else, for numbers
    that are none, and for whole numbers that other readers would round. O(size).
    """
    return "".join(_written(value)).encode()


def _written(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        # By UTF-16 units, as the standard says.
        names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
        yield "{"
        for place, name in enumerate(names):
            if not isinstance(name, str):
                raise ValueError("a key that is no text")
            yield ("," if place else "") + json.dumps(name, ensure_ascii=False) + ":"
            yield from _written(value[name])
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for place, one in enumerate(value):
            yield "," if place else ""
            yield from _written(one)
        yield "]"
    elif isinstance(value, float):
        yield _number(value)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        if _number(float(value)) != str(value):
            raise ValueError("a whole number that others would round")
        yield str(value)
    elif value is None or isinstance(value, str | bool | int):
        yield json.dumps(value, ensure_ascii=False)
    else:
        raise ValueError(f"JSON holds no {type(value).__name__}")


def _number(value: float) -> str:
    """As ECMAScript writes it: the fewest digits, an exponent only when very large or small."""
    if not math.isfinite(value):
        raise ValueError("a number that is none")
    if value == 0:
        return "0"
    sign, whole = ("-" if value < 0 else ""), abs(value)
    mantissa, _mark, power = f"{whole!r}".partition("e")
    before, _dot, after = mantissa.partition(".")
    after = "" if after == "0" else after
    digits = (before + after).lstrip("0")
    point = (
        len(before) + int(power or 0) - (len(before + after) - len((before + after).lstrip("0")))
    )
    digits = digits.rstrip("0")
    if 0 < point <= 21:
        if len(digits) <= point:
            return sign + digits.ljust(point, "0")
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    shown = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{sign}{shown}e{point - 1:+d}"


# --- keys --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OwnKey:
    """`public` is what others know us by; `changes` lead to it from the keys before."""

    secret: Ed25519PrivateKey
    public: str
    changes: tuple[dict[str, str], ...]

    @property
    def all(self) -> frozenset[str]:
        """Every key that this installation has had."""
        return frozenset({self.public, *(one["from"] for one in self.changes)})


def fingerprint(public: str) -> str:
    """What two people compare on the phone: 32 signs in groups of four, from SHA-256."""
    digest = hashlib.sha256(_raw(public, 32)).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def is_key(public: Any) -> bool:
    try:
        _raw(public, 32)
    except ValueError:
        return False
    return True


def own() -> OwnKey:
    """The key of this installation; made when there is none."""
    path = Path(settings.DATA) / FILE
    if not path.exists():
        _put(path, {"secret": _text(_new_secret()), "changes": []})
    kept = json.loads(path.read_text(encoding="utf-8"))
    secret = Ed25519PrivateKey.from_private_bytes(_raw(kept["secret"], 32))
    return OwnKey(secret, _public(secret), tuple(kept["changes"]))


def renew() -> OwnKey:
    """A new key. The old one vouches for it and is then forgotten."""
    before = own()
    secret = Ed25519PrivateKey.from_private_bytes(_new_secret())
    change = {"from": before.public, "to": _public(secret)}
    change["signature"] = _text(before.secret.sign(_change(change)))
    path = Path(settings.DATA) / FILE
    raw = secret.private_bytes_raw()
    _put(path, {"secret": _text(raw), "changes": [*before.changes, change]}, replace=True)
    return own()


def _put(path: Path, value: Any, *, replace: bool = False) -> None:
    """Whole or not at all; of two at the same moment, one makes the first key."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            fresh.replace(path)
        else:
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)


def _new_secret() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _public(secret: Ed25519PrivateKey) -> str:
    return _text(secret.public_key().public_bytes_raw())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _raw(text: Any, size: int) -> bytes:
    """Base64 of exactly so many bytes, in its one proper spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError("no base64") from None
    if len(raw) != size or _text(raw) != text:
        raise ValueError("of another size")
    return raw


# --- signatures --------------------------------------------------------------------------------
def sealed(value: Any) -> dict[str, Any]:
    """The value with our key and signature beside it."""
    key = own()
    return {"signed": value, "key": key.public, "signature": signature(value, key)}


def signature(value: Any, key: OwnKey | None = None) -> str:
    return _text((key or own()).secret.sign(canonical(value)))


def holds(value: Any, public: Any, signature: Any) -> bool:
    """Whether this key has signed exactly this value."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_raw(public, 32))
        key.verify(_raw(signature, 64), canonical(value))
    except (ValueError, InvalidSignature, RecursionError):
        return False
    return True


def latest(known: str, changes: Any) -> str:
    """The key that `known` has passed its trust on to, link by link; `known` itself when nothing
    valid leads on from it."""
    if not isinstance(changes, list):
        return known
    for change in changes[:CHANGES_AT_MOST]:
        if isinstance(change, dict) and change.get("from") == known and _vouched(change):
            known = change["to"]
    return known


def _vouched(change: dict[str, Any]) -> bool:
    if not is_key(change.get("to")):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(_raw(change["from"], 32))
        key.verify(_raw(change.get("signature"), 64), _change(change))
    except (ValueError, InvalidSignature):
        return False
    return True


def _change(change: dict[str, Any]) -> bytes:
    return canonical({"format": CHANGE, "from": change["from"], "to": change["to"]})
