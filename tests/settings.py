"""The real settings, with a folder of their own and mail kept in memory."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SAMSKAB_DATA", tempfile.mkdtemp(prefix="samskab-test-"))
os.environ.setdefault("SAMSKAB_SECRET_KEY", "for-tests-only-" + "x" * 40)

from samskab.config.settings import *  # noqa: F403
from samskab.config.settings import DATABASES, STORAGES

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ALLOWED_HOSTS = ["*"]
# Tests change rows behind the actions' back; a test of its own keeps pages.
KEEP_VISITOR_PAGES = False
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: several connections must meet in the concurrency tests.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["SAMSKAB_DATA"]) / "test.sqlite3")}
Path(STATIC_ROOT).mkdir(exist_ok=True)  # noqa: F405
