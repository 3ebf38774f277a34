"""Answers as they lie in the database: sealed with a key that only the settings hold.

Nothing here knows who answered. `queries.opened` opens answers to add them up; beside it, only
the person who holds the code can go on with their own (`queries.own_items`, `queries.progress`).
"""

from __future__ import annotations

import hmac
import secrets
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.errors import CivicError

# No 0, O, 1, I or L: a code is read aloud, and typed from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH, GROUP = 12, 4
NONCE = 12
NOT_ANSWERED = -32768

Items = tuple[int | None, ...]


class Unreadable(CivicError):
    """Sealed with another key, or changed since."""

    status = 409
    default = _(
        "The answers cannot be opened: the secret key is another one. Ask those who run the system."
    )


@lru_cache(maxsize=16)
def _key(secret: str, purpose: str) -> bytes:
    derive = HKDF(SHA256(), 32, salt=None, info=f"samskab evaluation {purpose}".encode())
    return derive.derive(secret.encode())


def _secrets() -> Iterator[str]:
    """The secret of today, then earlier ones, so that changing it loses no answers."""
    yield settings.SECRET_KEY
    yield from map(str, settings.SECRET_KEY_FALLBACKS)


def seal(items: Sequence[int | None], place: str) -> bytes:
    """The items, encrypted and bound to their place: no row can be put in another's stead.

    Every answer with as many items gets as many bytes, whatever was answered.
    """
    plain = struct.pack(f">{len(items)}h", *(NOT_ANSWERED if n is None else n for n in items))
    nonce = secrets.token_bytes(NONCE)
    cipher = AESGCM(_key(settings.SECRET_KEY, "answers"))
    return nonce + cipher.encrypt(nonce, plain, place.encode())


def unseal(sealed: bytes, place: str) -> Items:
    """Raises Unreadable for another place, another key, or a changed byte."""
    nonce, rest = bytes(sealed[:NONCE]), bytes(sealed[NONCE:])
    for secret in _secrets():
        try:
            plain = AESGCM(_key(secret, "answers")).decrypt(nonce, rest, place.encode())
        except (InvalidTag, ValueError):
            continue
        numbers = struct.unpack(f">{len(plain) // 2}h", plain)
        return tuple(None if n == NOT_ANSWERED else n for n in numbers)
    raise Unreadable


def is_of_today(sealed: bytes, place: str) -> bool:
    """Whether an answer is sealed with the present secret."""
    nonce, rest = bytes(sealed[:NONCE]), bytes(sealed[NONCE:])
    try:
        AESGCM(_key(settings.SECRET_KEY, "answers")).decrypt(nonce, rest, place.encode())
    except (InvalidTag, ValueError):
        return False
    return True


def new_code() -> str:
    """12 letters and digits in groups of four: 59 random bits."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def grouped(typed: str) -> str:
    """A code as it is printed, however it was typed."""
    letters = plain_code(typed)
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def plain_code(typed: str) -> str:
    """As it was typed from paper: any case, any gaps."""
    return "".join(letter for letter in typed.upper() if letter in ALPHABET)


def code_digests(typed: str) -> list[str]:
    """What a code may be kept as, the present key first. Keyed, so that nobody who has the
    database alone can try codes."""
    code = plain_code(typed).encode()
    return [hmac.new(_key(one, "codes"), code, sha256).hexdigest() for one in _secrets()]
