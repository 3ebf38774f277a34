"""Private links: the token is shown once and only its digest is kept."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """144 random bits, safe in an address and readable on paper."""
    return secrets.token_urlsafe(18)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
