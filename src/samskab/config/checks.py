"""What `samskab doctor` examines, and how each fault is mended."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, F, ForeignKey

from samskab.civic.foundation.core.models import Council, CouncilRow
from samskab.civic.foundation.core.queries import verify_log
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.challenges.models import Challenge, StepTally
from samskab.config.rooms import ROOMS


@dataclass(frozen=True)
class Check:
    """One finding; `text` says what is so and, when it is bad, what to do."""

    name: str
    ok: bool
    text: str


def examine() -> Iterator[Check]:
    """Runs every check; later ones are left out when the database is not up to date."""
    yield _python()
    yield _front_end()
    yield _writable()
    migrated = _migrated()
    yield migrated
    if migrated.ok:
        for check in (_councils, _neighbours, _chains, _tallies, _outbox):
            yield check()
    yield _mail()
    yield _secret()


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(
        "python", sys.version_info >= (3, 11), f"Python {version}; 3.11 or newer is needed"
    )


def _front_end() -> Check:
    there = (settings.NODE / "dkfds/dist/css").exists()
    return Check(
        "front end", there, "DKFDS is there" if there else "missing: run `make run` or npm ci"
    )


def _writable() -> Check:
    folder = Path(settings.DATA)
    try:
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return Check("data folder", False, f"{folder} cannot be written: {error.strerror}")
    free = shutil.disk_usage(folder).free // 2**20
    return Check("data folder", free > 200, f"{folder}, {free} MB free (200 are needed)")


def _migrated() -> Check:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    text = "up to date" if not waiting else f"{len(waiting)} steps wait: run `samskab migrate`"
    return Check(f"database ({connection.vendor})", not waiting, text)


def _councils() -> Check:
    names = list(Council.objects.values_list("slug", flat=True))
    default = Council.objects.filter(is_default=True).exists()
    if not names:
        return Check("councils", False, "none: run `samskab demo`")
    text = ", ".join(names) if default else "none is the default one: set is_default on one"
    return Check("councils", default, text)


def _neighbours() -> Check:
    """No row may point into another council, whichever way it got there."""
    wrong = [f"{name}: {number}" for name, number in crossings() if number]
    text = "no row points into another council" if not wrong else "; ".join(wrong)
    return Check("borders", not wrong, text)


def crossings() -> Iterator[tuple[str, int]]:
    """For each foreign key between rows of councils, how many lead across."""
    for model in apps.get_models():
        if not issubclass(model, CouncilRow) or model._meta.app_label not in ROOMS:
            continue
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(field, ForeignKey) or not isinstance(target, type):
                continue
            if not issubclass(target, CouncilRow):
                continue
            rows = model._base_manager.filter(**{f"{field.name}__isnull": False})
            across = rows.exclude(**{f"{field.name}__council": F("council")})
            yield f"{model._meta.label}.{field.name}", across.count()


def _chains() -> Check:
    broken = [f"{c.slug} at {b.seq}" for c in Council.objects.all() for b in verify_log(c)]
    text = "every chain holds" if not broken else f"broken: {', '.join(broken[:5])}"
    return Check("log", not broken, text)


def _tallies() -> Check:
    rows = Challenge.objects.filter(is_public=True).values("council", "step")
    counted = {(r["council"], r["step"]): r["n"] for r in rows.annotate(n=Count("pk"))}
    kept = {(t.council_id, t.step): t.number for t in StepTally.objects.exclude(number=0)}
    return Check("tallies", counted == kept, "right" if counted == kept else f"{kept} ≠ {counted}")


def _outbox() -> Check:
    number = Message.objects.filter(sent_at=None, tries__gte=6).count()
    text = (
        "no mail is stuck" if not number else f"{number} mails could not be sent: see SAMSKAB_MAIL"
    )
    return Check("outbox", not number, text)


def _mail() -> Check:
    console = settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    text = "mail is written to the console: set SAMSKAB_MAIL before real people use this"
    return Check("mail", True, text if console else f"mail goes through {settings.EMAIL_HOST}")


def _secret() -> Check:
    path = Path(settings.DATA) / "secret.key"
    loose = path.exists() and path.stat().st_mode & 0o077
    text = f"{path} can be read by others: chmod 600 it" if loose else "the secret key is private"
    return Check("secret", not loose, text)
