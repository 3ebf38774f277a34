"""Running an installation: migrate, load, serve, work, check."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import FrameType

import django as django_package
from django.apps import apps

from samskab.config.environment import Environment
from samskab.config.prepared import is_prepared, note


def _django() -> None:
    """Once a process: a second time would only open the console of that moment anew."""
    if not apps.ready:
        django_package.setup()


def _database() -> None:
    """Django, with a database that has been migrated once."""
    _django()
    from django.db import connection

    if "core_council" not in connection.introspection.table_names():
        raise SystemExit("samskab: the database has no tables yet. Run `samskab migrate` first.")


def _translations() -> None:
    from samskab.config.messages import compile_all

    compile_all()


def migrate(arguments: list[str]) -> int:
    _django()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=1 if "-v" in arguments else 0)
    call_command("createcachetable", verbosity=0)
    refresh_statistics()
    return 0


def refresh_statistics() -> None:
    """SQLite chooses its indexes by what it was last told of the tables; PostgreSQL looks for
    itself. Milliseconds, however large the tables are."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")


def static_files() -> None:
    """Collects and compresses static files, only when one is newer than the last time."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / "staticfiles.json"
    newest = max((p.stat().st_mtime for p in _static_sources()), default=0.0)
    if not stamp.exists() or stamp.stat().st_mtime < newest:
        call_command("collectstatic", interactive=False, verbosity=0, clear=False)
        stamp.touch()


def _static_sources() -> list[Path]:
    from django.contrib.staticfiles.finders import get_finders

    found = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            found.append(Path(storage.path(path)))
    return found


def demo(arguments: list[str]) -> int:
    _database()
    from samskab.civic.commons.council.actions.telling import catch_up_everywhere
    from samskab.civic.public.demo.actions import load_example
    from samskab.civic.public.search.actions import refresh_due

    loaded = load_example()
    if loaded:
        refresh_due()
        catch_up_everywhere()
    print("Silkeborgs råd er indlæst." if loaded else "Databasen har allerede et råd.")
    return 0


def serve(arguments: list[str]) -> int:
    env = Environment()
    if "--prepared" not in arguments:
        _translations()
        _django()
        static_files()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "samskab.config.wsgi:application",
        address=env.text("SAMSKAB_BIND"),
        port=env.number("PORT"),
        interface=Interfaces.WSGI,
        workers=env.number("SAMSKAB_WORKERS"),
        blocking_threads=4,
        log_access=False,
        log_level=LogLevels.error,
    ).serve()
    return 0


def worker(arguments: list[str]) -> int:
    _django()
    from threading import Event, Thread

    from django.core.management import call_command
    from django.db import OperationalError, close_old_connections

    Thread(target=housekeeping, args=(Event(),), daemon=True).start()
    while True:
        try:
            call_command("db_worker", interval=0.2, verbosity=0, startup_delay=False)
        except OperationalError as error:  # a lock held for long, a database that restarts
            print(f"The worker begins again: {error}", file=sys.stderr, flush=True)
            close_old_connections()
            time.sleep(2)
        else:
            return 0


def prepare(env: Environment) -> None:
    """Brings everything up to date, unless the last start left it so."""
    data = env.folder("SAMSKAB_DATA")
    own_database = not env.text("DATABASE_URL")
    if own_database and is_prepared(data):
        return
    _translations()
    migrate([])
    demo(["--if-empty"])
    static_files()
    if own_database:
        note(data)


def run(arguments: list[str]) -> int:
    """Everything in one process tree; ends together."""
    env = Environment()
    prepare(env)
    command = [sys.executable, "-m", "samskab.cli"]
    children: list[subprocess.Popen[bytes]] = []

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        # Each in a session of its own: Ctrl-C comes here alone, and ends a server with its workers.
        for words in (["serve", "--prepared"], ["worker"]):
            children.append(subprocess.Popen([*command, *words], start_new_session=True))
        _say_hello(env)
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _end(children)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Asks each to end, gives them time, then ends whoever of their trees is left."""
    for child in children:
        child.terminate()
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=5)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _say_hello(env: Environment) -> None:
    address = f"http://localhost:{env.number('PORT')}/"
    print(
        f"\n  Samskab: {address}\n"
        f"  Log ind: {address}log-ind/ med fx sekretariat@eksempel.dk.\n"
        "  Koden kommer som mail; her på egen maskine står mailen i denne konsol.\n"
        "  Ctrl-C stopper alt.\n",
        flush=True,
    )


def doctor(arguments: list[str]) -> int:
    _django()
    from samskab.config.checks import examine

    problems = 0
    for check in examine():
        print(f"{'ok ' if check.ok else 'BAD'} {check.name}: {check.text}")
        problems += not check.ok
    return 1 if problems else 0


def council(arguments: list[str]) -> int:
    """A new council with its words to sort by and its administrator; all of it or nothing."""
    parser = argparse.ArgumentParser("samskab council", description="Found a council.")
    parser.add_argument("slug", help="a short name in small letters, such as silkeborg")
    parser.add_argument("name", help="such as “Samskabelsesrådet i Silkeborg”")
    parser.add_argument("--host", action="append", default=[], help="a host name that leads to it")
    parser.add_argument("--admin", required=True, metavar="EMAIL", help="its first administrator")
    parser.add_argument("--admin-name", default="", metavar="NAME")
    asked = parser.parse_args(arguments)
    _database()
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email, validate_slug
    from django.db import transaction
    from django.utils.translation import override

    from samskab.civic.commons.actors.actions import seed_words
    from samskab.civic.foundation.accounts.actions import grant_role
    from samskab.civic.foundation.core.actions import found_council
    from samskab.civic.foundation.core.errors import CivicError
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.foundation.core.principal import Role, system

    with override("en"):
        try:
            with transaction.atomic():
                validate_slug(asked.slug)
                validate_email(asked.admin)
                first = not Council.objects.filter(is_default=True).exists()
                made = found_council(
                    slug=asked.slug, name=asked.name, hosts=asked.host, is_default=first
                )
                by = system(made)
                seed_words(by=by)
                grant_role(by=by, email=asked.admin, role=Role.ADMINISTRATOR, name=asked.admin_name)
        except (CivicError, ValidationError) as error:
            said = error.messages[0] if isinstance(error, ValidationError) else error
            print(f"samskab: {said}", file=sys.stderr)
            return 1
    print(f"{asked.name} is there. {asked.admin} signs in at /log-ind/ and gives the other roles.")
    for host in asked.host:
        print(f"Is {host} among SAMSKAB_HOSTS?")
    return 0


def retention(arguments: list[str]) -> int:
    """Erases what has been kept long enough; safe to run as often as one likes."""
    _database()
    from django.core.management import call_command

    from samskab.civic.foundation.privacy.actions import run_retention_everywhere

    for label, count in sorted(run_retention_everywhere().items()):
        print(f"{label}: {count}")
    call_command("prune_db_task_results", min_age_days=7, verbosity=0)
    return 0


def remind() -> int:
    """Writes to those who see to something that is due soon, or late, and to those whose entries
    have grown old. How many were told of."""
    from samskab.civic.commons.actors.actions import remind_everywhere as ask_whether_it_holds
    from samskab.civic.commons.council.actions import remind_everywhere
    from samskab.civic.commons.culture.actions import keep_time_everywhere
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.journey.pilots.actions import remind_of_milestones

    told = sum(remind_of_milestones(council=council) for council in Council.objects.all())
    told += keep_time_everywhere()
    return told + remind_everywhere() + ask_whether_it_holds()


def seal_anew() -> int:
    """After a change of the secret key; nothing to do without an earlier one."""
    from django.conf import settings

    from samskab.civic.foundation.core.models import Council
    from samskab.civic.journey.evaluation.actions import seal_anew
    from samskab.civic.public.federation.actions import seal_keys_anew

    councils = Council.objects.all() if settings.SECRET_KEY_FALLBACKS else Council.objects.none()
    if settings.SECRET_KEY_FALLBACKS:
        seal_keys_anew()
    return sum(seal_anew(council=council) for council in councils)


def bounce(arguments: list[str]) -> int:
    """What a mail server hands on: a returned mail on standard input."""
    _database()
    from samskab.civic.foundation.notifications.actions import take_bounce
    from samskab.civic.foundation.notifications.bounces import LARGEST

    gone = take_bounce(sys.stdin.buffer.read(LARGEST))
    print("This address gets no more mail." if gone else "No report about a mail of ours.")
    return 0


def housekeeping(stop: Event, *, every: float = 60.0) -> None:
    """What a worker does beside its tasks: mail that failed is tried again, planned news comes
    out, the search index and what is told to other systems follow what was written, other
    councils' catalogues and others' news are read, and once a day retention runs and people are
    reminded. Several workers share the work: each message, each catalogue and each feed is
    claimed, each day taken once.
    """
    import logging

    from django.core.cache import cache
    from django.db import close_old_connections
    from django.utils import timezone

    from samskab.civic.commons.council.actions.telling import catch_up_everywhere
    from samskab.civic.foundation.notifications.actions import send_waiting
    from samskab.civic.journey.catalogue.actions import pull_due
    from samskab.civic.public.federation.actions import deliver_due, tell_due
    from samskab.civic.public.following.actions import send_digests
    from samskab.civic.public.news.actions import announce_due, read_feeds_due
    from samskab.civic.public.search.actions import refresh_due

    log = logging.getLogger("samskab.worker")
    while not stop.wait(every):
        try:
            send_waiting()
            announce_due()
            refresh_due()
            catch_up_everywhere()
            send_digests()
            pull_due()
            read_feeds_due()
            tell_due()
            deliver_due()
            if cache.add(f"retention:{timezone.localdate()}", 1, 60 * 60 * 24):
                retention([])
                remind()
                seal_anew()
                refresh_statistics()
        except Exception:  # a worker goes on: the next round tries again
            log.exception("housekeeping")
        finally:
            close_old_connections()


def key(arguments: list[str]) -> int:
    """Shows the key that others know us by; with `--new` makes another, vouched for by the old."""
    _django()
    from samskab.civic.journey.concepts import signing

    found = signing.renew() if "--new" in arguments else signing.own()
    print(signing.fingerprint(found.public))
    return 0


def verify_log(arguments: list[str]) -> int:
    _database()
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.foundation.core.queries import verify_log as breaks_in

    broken = 0
    for council in Council.objects.all():
        breaks = list(breaks_in(council))
        broken += len(breaks)
        for found in breaks:
            print(f"{council.slug}: entry {found.seq}: {found.why}")
        if not breaks:
            print(f"{council.slug}: {council.log_seq} entries, the chain holds")
    return 1 if broken else 0


def reindex(arguments: list[str]) -> int:
    """Every council, whole. The worker looks only at what changed."""
    _database()
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.public.search.actions import empty, reindex

    for council in Council.objects.all():
        if "--afresh" in arguments:
            empty(council)
        done = reindex(council)
        print(f"{council.slug}: {done.filed} filed anew, {done.removed} taken out")
    return 0


def django(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samskab.config.settings")
    execute_from_command_line(["samskab django", *arguments])
    return 0
