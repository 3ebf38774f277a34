"""Nothing that looks like a CPR number is written to the console."""

from __future__ import annotations

import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from samskab.engine.language.identifiers import redact_cpr


class WithoutCpr(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact_cpr(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact_cpr(record.exc_text)
        return True


class JsonLine(JsonFormatter):
    """One JSON object for each event, for programs that collect logs. The request that Django
    hangs on an event is left out: it says who asked for what."""

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "request"],
            json_ensure_ascii=False,
        )

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name that logging gives it
        text = super().formatException(ei)
        return redact_cpr(text if isinstance(text, str) else "\n".join(text))
