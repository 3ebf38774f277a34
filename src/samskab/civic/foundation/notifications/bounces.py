"""Mail that comes back: which address does not exist, and who wants to know.

A mail server tells it in two ways: at once, when it refuses the recipient, or later by a report
(RFC 3464) to the sender's mail box. A room that keeps addresses of its own registers here.
"""

from __future__ import annotations

import email
import email.policy
import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from samskab.civic.foundation.core.models import Council

Listener = Callable[[Council, str], Any]
_LISTENERS: dict[str, Listener] = {}
_OURS = re.compile(r"<samskab-(\d+)-(\d+)@")
# A report is short; what is longer is not one.
LARGEST = 1024 * 1024


def on_bounce(name: str, listener: Listener) -> None:
    """Registers who is told that an address does not exist."""
    _LISTENERS[name] = listener


def tell(council: Council, address: str) -> None:
    for listener in _LISTENERS.values():
        listener(council, address)


def is_permanent(error: Exception) -> bool:
    """Whether the server refused every recipient for good (RFC 5321: 550 to 559)."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    codes = [code for code, _text in error.recipients.values()]
    return bool(codes) and all(550 <= code <= 559 for code in codes)


@dataclass(frozen=True)
class Report:
    """What a report of delivery says: the message of ours, and the address that failed."""

    council: int
    message: int
    address: str


def read_report(raw: bytes) -> Report | None:
    """The permanent failure that a returned mail tells of; None for anything else. O(length)."""
    letter = email.message_from_bytes(raw[:LARGEST], policy=email.policy.default)
    status = next(
        (part for part in letter.walk() if part.get_content_type() == "message/delivery-status"),
        None,
    )
    ours = _OURS.search(raw[:LARGEST].decode("utf-8", "replace"))
    if status is None or ours is None:
        return None
    for block in status.get_payload():
        if isinstance(block, EmailMessage) and str(block.get("Status", "")).startswith("5"):
            address = str(block.get("Final-Recipient", "")).rpartition(";")[2].strip(" <>")
            if str(block.get("Action", "")).lower() == "failed" and address:
                return Report(int(ours[1]), int(ours[2]), address.lower())
    return None
