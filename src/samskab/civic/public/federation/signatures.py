"""HTTP signatures as the servers that people follow from write and read them.

draft-cavage-http-signatures-12 with RSA and SHA-256. A signature counts only when it covers the
method and path, the host, a date of this hour and, for a message, a digest of the very body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

SKEW = timedelta(hours=1)
_PART = re.compile(r'([A-Za-z]+)="([^"]*)"')


def digest(body: bytes) -> str:
    return f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


def signed(
    method: str, url: str, key: rsa.RSAPrivateKey, key_id: str, now: datetime, body: bytes = b""
) -> dict[str, str]:
    """The headers that make a request ours."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    date = format_datetime(now.astimezone(UTC), usegmt=True)
    lines = {"(request-target)": f"{method.lower()} {target}", "host": parts.netloc, "date": date}
    if method.upper() != "GET":
        lines["digest"] = digest(body)
    text = "\n".join(f"{name}: {value}" for name, value in lines.items())
    signature = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    headers = {"Date": date, "Signature": (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(lines)}",'
        f'signature="{signature}"'
    )}  # fmt: skip
    return headers | ({"Digest": lines["digest"]} if "digest" in lines else {})


@dataclass(frozen=True)
class Claim:
    """What a signature header says, before anybody has believed it."""

    key_id: str
    names: tuple[str, ...]
    signature: bytes


def claimed(header: str) -> Claim | None:
    """None for what is no signature, or one that covers too little."""
    found = dict(_PART.findall(header[:4000]))
    names = tuple(found.get("headers", "").lower().split())
    try:
        signature = base64.b64decode(found.get("signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    needed = {"(request-target)", "host", "date", "digest"}
    if not needed <= set(names) or not signature or not found.get("keyId"):
        return None
    if found.get("algorithm", "hs2019") not in {"rsa-sha256", "hs2019"}:
        return None
    return Claim(found["keyId"], names, signature)


def is_fresh(headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether the date is of this hour and the digest that of the body."""
    try:
        date = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return False
    if date.tzinfo is None or abs(date - now) > SKEW:
        return False
    return hmac.compare_digest(headers.get("digest", "").encode(), digest(body).encode())


def holds(claim: Claim, public: str, method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether this key has signed exactly this request. `headers` by small names."""
    lines = {**headers, "(request-target)": f"{method.lower()} {path}"}
    if any(name not in lines for name in claim.names):
        return False
    text = "\n".join(f"{name}: {lines[name]}" for name in claim.names)
    try:
        key = load_pem_public_key(public.encode())
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
            return False
        key.verify(claim.signature, text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, UnicodeError):
        return False
    return True
