"""Every setting an installation can make, read from the environment, typed and documented.

`docs/administration.md` lists them from here; a test compares the two.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingError(SystemExit):
    """A setting cannot be read; the message says which, and what it should look like."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("SAMSKAB_DATA", "var", "Folder for the database, uploads and the secret key."),
    Setting("DATABASE_URL", "", "postgres://user:password@host/name; empty means SQLite."),
    Setting("SAMSKAB_SECRET_KEY", "", "Secret for signing; empty means one kept in the folder."),
    Setting("SAMSKAB_SECRET_KEY_OLD", "", "Earlier secrets, by comma, while they are replaced."),
    Setting("SAMSKAB_HOSTS", "localhost,127.0.0.1,.localhost,[::1]", "Host names answered for."),
    Setting("SAMSKAB_HTTPS", "no", "yes when visitors reach the site over https only."),
    Setting("SAMSKAB_PROXIES", "", "Own web servers in front; empty means 1 with https, else 0."),
    Setting("SAMSKAB_DEBUG", "no", "yes shows technical error pages; never on a public site."),
    Setting("SAMSKAB_MAIL", "console", "console, or smtp://user:password@host:port."),
    Setting("SAMSKAB_MAIL_FROM", "samskab@localhost", "Sender of all mail."),
    Setting("SAMSKAB_BIND", "127.0.0.1", "Address the server listens on."),
    Setting("SAMSKAB_WORKERS", "1", "Server processes."),
    Setting("PORT", "8000", "Port the server listens on."),
    Setting("SAMSKAB_LOG", "text", "text or json: one line, or one JSON object, for each event."),
    Setting("SAMSKAB_METRICS_TOKEN", "", "Opens /metrics to whoever sends it; empty means closed."),
    Setting("SAMSKAB_LOCAL_HOSTS", "", "Own hosts that may be fetched from; for trying out only."),
    Setting("SAMSKAB_REQUIRE_MFA", "no", "yes when staff must have a passkey or an app to work."),
    Setting("SAMSKAB_OIDC_URL", "", "OpenID Connect issuer for staff; empty switches it off."),
    Setting("SAMSKAB_OIDC_NAME", "", "What the sign-in button of that issuer says."),
    Setting("SAMSKAB_OIDC_CLIENT", "", "Client id at that issuer."),
    Setting("SAMSKAB_OIDC_SECRET", "", "Client secret at that issuer."),
)

_TRUE, _FALSE = {"1", "yes", "true", "on"}, {"0", "no", "false", "off", ""}


class Environment:
    """Typed access to the declared settings; an undeclared name is a programming error."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values
        self._declared = {setting.name: setting for setting in SETTINGS}

    def text(self, name: str) -> str:
        return self._values.get(name, "").strip() or self._declared[name].default

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise SettingError(f"{name} is “{value}”: write yes or no.")

    def choice(self, name: str, *choices: str) -> str:
        value = self.text(name).lower()
        if value not in choices:
            raise SettingError(f"{name} is “{value}”: write {' or '.join(choices)}.")
        return value

    def number(self, name: str) -> int:
        value = self.text(name)
        if not value.isdigit():
            raise SettingError(f"{name} is “{value}”: write a whole number.")
        return int(value)

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def folder(self, name: str) -> Path:
        path = Path(self.text(name)).expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True)
        return path

    def secret(self) -> str:
        """The given key, or one that is made once and kept readable by the owner only."""
        if given := self.text("SAMSKAB_SECRET_KEY"):
            return given
        path = self.folder("SAMSKAB_DATA") / "secret.key"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()
