from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.errors import Invalid
from samskab.engine.language.identifiers import contains_cpr


class DigestField(models.CharField[str, str]):
    """Text made by a machine (hashes, tokens): not searched for CPR numbers, because chance
    writes what looks like one now and then."""


class DigestsField(models.JSONField):
    """The same, several in one."""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


class GuardedManager(models.Manager[Any]):
    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            row.check_row()
        return super().bulk_create(rows, *args, **kwargs)


class Guarded(models.Model):
    """No text with a CPR number can be saved, whichever way it came."""

    objects = GuardedManager()

    class Meta:
        abstract = True

    def check_row(self) -> None:
        for field in self._meta.concrete_fields:
            if isinstance(field, DigestField | DigestsField):
                continue
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                for text in _texts(self.__dict__.get(field.attname)):
                    if contains_cpr(text):
                        raise Invalid(CPR_MESSAGE, field=field.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.check_row()
        super().save(*args, **kwargs)


CPR_MESSAGE = _(
    "This looks like a CPR number. Take it out: we never keep CPR numbers. "
    "Nothing has been saved yet."
)


class Council(Guarded):
    """The tenant. Every row of every room carries one."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(unique=True)
    municipality = models.CharField(_("municipality"), max_length=80, blank=True)
    municipality_code = models.CharField(_("municipality code"), max_length=4, blank=True)
    purpose = models.TextField(_("what the council is for"), blank=True)
    purpose_en = models.TextField(_("what the council is for, in English"), blank=True)
    contact_email = models.EmailField(_("e-mail of the secretariat"), blank=True)
    was_url = models.URLField(_("address of the accessibility statement"), blank=True)
    is_default = models.BooleanField(default=False)
    is_example = models.BooleanField(default=False)
    log_seq = models.PositiveBigIntegerField(default=0)
    log_hash = DigestField(max_length=64, default="0" * 64)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_council",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The ends of the log are `record`'s alone: a row that was read before an action, and is
        saved whole after it, must not put them back."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            own = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            kwargs["update_fields"] = own - {"log_seq", "log_hash"}
        super().save(*args, **kwargs)

    def address(self, path: str) -> str:
        """The whole address of a page on this council's own host, for mail and feeds."""
        hostname = Hostname.objects.filter(council=self).order_by("pk").first()
        scheme = "https" if settings.HTTPS else "http"
        port = "" if settings.HTTPS else f":{settings.PORT}"
        return f"{scheme}://{hostname.host if hostname else 'localhost'}{port}{path}"


class CouncilRow(Guarded):
    """Base of all rows: carries its council, and refuses links into another one."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def check_row(self) -> None:
        super().check_row()
        for field in self._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.name == "council":
                continue
            target = field.related_model
            if isinstance(target, type) and issubclass(target, CouncilRow):
                self._check_neighbour(field)

    def _check_neighbour(self, field: models.ForeignKey[Any, Any]) -> None:
        key = getattr(self, field.attname)
        if key is None:
            return
        if field.is_cached(self):
            council_id = cast(CouncilRow, field.get_cached_value(self)).council_id
        else:
            target: Any = field.related_model
            council_id = target.objects.filter(pk=key).values_list("council_id", flat=True).first()
        if council_id is not None and council_id != self.council_id:
            raise ImproperlyConfigured(
                f"{self._meta.label}.{field.name} points into another council"
            )


class Versioned(models.Model):
    """Counts its own changes, so that a stale page can be told from a fresh one."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            self.version += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
        super().save(*args, **kwargs)


class Hostname(CouncilRow):
    """A host name under which a council is reached."""

    host = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.host


class LogEntry(CouncilRow):
    """One link of a council's chain. Never changed, never removed."""

    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    who = models.CharField(max_length=40)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=80, blank=True)
    data = models.JSONField(default=dict)
    previous = DigestField(max_length=64)
    digest = DigestField(max_length=64)

    class Meta:
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["council", "seq"], name="log_seq_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImproperlyConfigured("The log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ImproperlyConfigured("The log is append-only")

    def compute_digest(self) -> str:
        """SHA-256 over the canonical JSON of the entry and the digest before it."""
        fields = [
            self.council_id,
            self.seq,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.who,
            self.verb,
            self.subject,
            self.data,
            self.previous,
        ]
        text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Receipt(CouncilRow):
    """A form that was carried out, so that sending it again does nothing twice."""

    once = DigestField(max_length=64)
    url = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "once"], name="receipt_once")]

    def __str__(self) -> str:
        return self.url
