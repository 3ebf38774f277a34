"""Nothing that looks like a CPR number is written to the console."""

from __future__ import annotations

import logging

from samskab.engine.language.identifiers import redact_cpr


class WithoutCpr(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact_cpr(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact_cpr(record.exc_text)
        return True
