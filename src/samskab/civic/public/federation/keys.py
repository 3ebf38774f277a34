"""A council's key for signing: made once, its secret half kept encrypted."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.errors import CivicError

BITS, NONCE = 2048, 12


class Unreadable(CivicError):
    """Sealed with another key."""

    status = 409
    default = _("The key cannot be opened: the secret key is another one.")


@lru_cache(maxsize=8)
def _cipher(secret: str) -> AESGCM:
    derive = HKDF(SHA256(), 32, salt=None, info=b"samskab federation key")
    return AESGCM(derive.derive(secret.encode()))


def _secrets() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from map(str, settings.SECRET_KEY_FALLBACKS)


def new() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, BITS)


def public_text(key: rsa.RSAPrivateKey) -> str:
    shape = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*shape).decode()


def seal(key: rsa.RSAPrivateKey, place: str) -> bytes:
    """Encrypted with the installation's secret and bound to its council."""
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, plain, place.encode())


def unseal(sealed: bytes, place: str) -> rsa.RSAPrivateKey:
    """Raises Unreadable for another place, another secret, or a changed byte."""
    nonce, rest = bytes(sealed[:NONCE]), bytes(sealed[NONCE:])
    for secret in _secrets():
        try:
            plain = _cipher(secret).decrypt(nonce, rest, place.encode())
        except (InvalidTag, ValueError):
            continue
        # What is sealed was made here: proving its primes again would take a tenth of a second.
        key = load_der_private_key(plain, None, unsafe_skip_rsa_key_validation=True)
        if isinstance(key, rsa.RSAPrivateKey):
            return key
    raise Unreadable
