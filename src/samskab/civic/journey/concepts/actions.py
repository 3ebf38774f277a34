from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import IO, Any, cast
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django_tasks import task

from samskab.civic.commons.actors.actions import slug_of
from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.actors.queries import resolve
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, locked, may, record, require
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.photos import without_metadata
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.actions import advance, note, raise_challenge
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.actions import add_need
from samskab.civic.journey.concepts import evidence, kinds, package, queries, signing
from samskab.civic.journey.concepts.figures import snapshot
from samskab.civic.journey.concepts.models import (
    FEWEST,
    Adoption,
    AdoptionReport,
    Concept,
    ConceptVersion,
    Level,
    Material,
    Publisher,
    Status,
)
from samskab.civic.journey.concepts.parcel import Parcel
from samskab.civic.journey.evaluation.models import Evaluation, Verdict
from samskab.civic.journey.pilots.actions import edit_theory
from samskab.civic.journey.pilots.models import Pilot

FIELDS = (
    "title", "problem", "for_whom", "core", "adaptable", "steps", "roles", "pitfalls",
    "cost_dkk", "cost_note", "must_change", "evidence_note", "changes",
)  # fmt: skip
NEEDS_AT_MOST = 40


# --- writing -----------------------------------------------------------------------------------
@action("concepts.begin", on="challenge")
def write_concept(
    *,
    by: Principal,
    challenge: Challenge,
    title: str,
    problem: str,
    for_whom: str,
    core: Iterable[str] = (),
    adaptable: Iterable[str] = (),
    steps: Iterable[str] = (),
    roles: Iterable[str] = (),
    pitfalls: Iterable[str] = (),
    cost_dkk: int | None = None,
    cost_note: str = "",
    must_change: str = "",
    evidence_note: str = "",
    target_groups: Iterable[Category] = (),
    needs: list[dict[str, Any]] | None = None,
    slug: str = "",
) -> Concept:
    """The first draft, from a challenge whose evaluation the council has decided on.

    The needs of the challenge are taken along unless others are given. The challenge itself
    reaches its last step when the first version is published.
    """
    found = _decided(challenge)
    groups = list(target_groups)
    if any(group.council_id != by.council.pk for group in groups):
        raise NotFound
    concept = Concept(
        council=by.council,
        challenge=challenge,
        slug=_free_slug(by.council, slug or title),
        title=title.strip(),
        is_example=challenge.is_example,
        published_at=clock.now(),
    )
    concept.sign(by)
    version = ConceptVersion(
        council=by.council,
        evidence=snapshot(found),
        plan=queries.plan_of(found.pilot),
        needs=queries.needs_of(challenge) if needs is None else needs,
    )
    version.sign(by)
    _fill(
        version, title=title, problem=problem, for_whom=for_whom, core=core, adaptable=adaptable,
        steps=steps, roles=roles, pitfalls=pitfalls, cost_dkk=cost_dkk, cost_note=cost_note,
        must_change=must_change, evidence_note=evidence_note,
    )  # fmt: skip
    try:
        with transaction.atomic():
            concept.save()
            version.concept = concept
            version.save()
    except IntegrityError:
        raise Conflict(
            gettext_lazy("This challenge has a concept already. Go on writing there.")
        ) from None
    _sort(concept, version, groups)
    record(by, "concepts.write_concept", concept, challenge=challenge.pk)
    return concept


def _decided(challenge: Challenge) -> Evaluation:
    """The evaluation that a concept may be written from; else says why not."""
    found = queries.evaluation_of(challenge)
    if found is None:
        raise Conflict(
            gettext_lazy("First the pilot is evaluated, and the council says what it thinks of it.")
        )
    if found.verdict == Verdict.STOP:
        raise Conflict(
            gettext_lazy(
                "The council said stop. So it does not become a concept. It stays in the "
                "catalogue under “Did not work here”, so that others can learn from it."
            )
        )
    return found


def _free_slug(council: Council, text: str) -> str:
    base, number = slug_of(text)[:56].strip("-") or "koncept", 1
    rows = Concept.objects.filter(council=council, origin_slug="")
    slug = base
    while rows.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _fill(version: ConceptVersion, **values: Any) -> None:
    for name, value in values.items():
        if isinstance(value, str):
            value = value.strip()
        elif value is not None and not isinstance(value, int):
            value = [line for line in (str(item).strip() for item in value) if line]
        setattr(version, name, value)
    if not version.title:
        raise Invalid(gettext_lazy("Give the concept a name."), field="title")


def _sort(concept: Concept, version: ConceptVersion, groups: list[Category]) -> None:
    """Writes down which groups it is for, on the version as words that travel."""
    slugs = sorted(group.slug for group in groups)
    if slugs != version.target_slugs:
        version.target_slugs = slugs
        version.save()
    if concept.current_id is None:
        concept.title, concept.problem = version.title, version.problem
        concept.for_whom = version.for_whom
        concept.save()
        concept.target_groups.set(groups)


def _draft(version: ConceptVersion) -> ConceptVersion:
    if not version.is_draft:
        raise Conflict(gettext_lazy("This version is published. Begin a new version to change it."))
    return version


@action("concepts.write", on="version")
def edit_version(
    *,
    by: Principal,
    version: ConceptVersion,
    title: str,
    problem: str,
    for_whom: str,
    core: Iterable[str] = (),
    adaptable: Iterable[str] = (),
    steps: Iterable[str] = (),
    roles: Iterable[str] = (),
    pitfalls: Iterable[str] = (),
    cost_dkk: int | None = None,
    cost_note: str = "",
    must_change: str = "",
    evidence_note: str = "",
    changes: str = "",
    target_groups: Iterable[Category] = (),
    seen: int | None = None,
) -> ConceptVersion:
    groups = list(target_groups)
    if any(group.council_id != by.council.pk for group in groups):
        raise NotFound
    _fill(
        _draft(version), title=title, problem=problem, for_whom=for_whom, core=core,
        adaptable=adaptable, steps=steps, roles=roles, pitfalls=pitfalls, cost_dkk=cost_dkk,
        cost_note=cost_note, must_change=must_change, evidence_note=evidence_note,
        changes=changes,
    )  # fmt: skip
    version.save()
    _sort(version.concept, version, groups)
    record(by, "concepts.edit_version", version)
    return version


@action("concepts.write", on="version")
def add_requirement(
    *,
    by: Principal,
    version: ConceptVersion,
    category: Category,
    title: str,
    amount: Decimal,
    unit: str = "",
    must: bool = True,
) -> ConceptVersion:
    """One more thing that the recipe takes; it becomes a need where the recipe is used."""
    if category.council_id != by.council.pk:
        raise NotFound
    title = title.strip() or category.name_da
    if amount < Decimal("0.01"):
        raise Invalid(gettext_lazy("Write how much, as a number above zero."), field="amount")
    if any(need["title"] == title for need in _draft(version).needs):
        raise Invalid(gettext_lazy("It is on the list already."), field="title")
    if len(version.needs) >= NEEDS_AT_MOST:
        raise Invalid(gettext_lazy("The list is full. Put some of it together."), field="title")
    needs = queries.need_values(title, category, float(amount), unit.strip(), must)
    version.needs = [*version.needs, needs]
    version.save()
    record(by, "concepts.add_requirement", version)
    return version


@action("concepts.write", on="version")
def drop_requirement(*, by: Principal, version: ConceptVersion, title: str) -> ConceptVersion:
    kept = [need for need in _draft(version).needs if need["title"] != title]
    if len(kept) == len(version.needs):
        raise Conflict(gettext_lazy("It is taken off the list already."))
    version.needs = kept
    version.save()
    record(by, "concepts.drop_requirement", version)
    return version


@action("concepts.write", on="version")
def add_material(
    *, by: Principal, version: ConceptVersion, file: UploadedFile[Any], title: str = ""
) -> ConceptVersion:
    """A file that travels with the recipe. Pictures lose what the camera wrote into them."""
    rows = list(_draft(version).materials.all())
    name = kinds.tidy_name(file.name or "")
    if not name:
        raise Invalid(
            gettext_lazy(
                "Such a file cannot travel along. Use PDF, text, pictures or office files."
            ),
            field="file",
        )
    content: Any = without_metadata(file, "file") if kinds.is_picture(name) else file
    name = kinds.as_kept(name)
    if any(row.name == name for row in rows):
        raise Invalid(gettext_lazy("A file of that name is there already."), field="file")
    if len(rows) >= kinds.MATERIALS_AT_MOST or not content.size:
        raise Invalid(gettext_lazy("There is no room for more files, or the file is empty."),
                      field="file")  # fmt: skip
    if sum(row.size for row in rows) + content.size > kinds.BYTES_AT_MOST:
        raise Invalid(gettext_lazy("All files together can take 50 MB at most."), field="file")
    content.seek(0)
    if not kinds.is_what_it_says(name, content):
        raise Invalid(gettext_lazy("The file is not what its name says. Choose another."),
                      field="file")  # fmt: skip
    content.seek(0)
    _keep_material(version, name, title.strip() or (file.name or name)[:120], content)
    record(by, "concepts.add_material", version, size=content.size)
    return version


def _keep_material(version: ConceptVersion, name: str, title: str, content: IO[bytes]) -> None:
    digest, size = sha256(), 0
    while piece := content.read(256 * 1024):
        digest.update(piece)
        size += len(piece)
    content.seek(0)
    kept = default_storage.save(f"concepts/{uuid4().hex}", File(content))
    try:
        with transaction.atomic():
            Material.objects.create(
                council=version.council, version=version, name=name, title=title, size=size,
                sha256=digest.hexdigest(), file=kept,
            )  # fmt: skip
    except BaseException:
        default_storage.delete(kept)
        raise


@action("concepts.write", on="version")
def drop_material(*, by: Principal, version: ConceptVersion, name: str) -> ConceptVersion:
    """Takes a file off the draft; it is deleted when no other version has it."""
    row = _draft(version).materials.filter(name=name).first()
    if row is None:
        raise Conflict(gettext_lazy("It is taken off the list already."))
    path = str(row.file.name)
    row.delete()
    record(by, "concepts.drop_material", version)
    transaction.on_commit(lambda: _forget_file(path))
    return version


def _forget_file(path: str) -> None:
    if not Material.objects.filter(file=path).exists():
        default_storage.delete(path)


def missing(version: ConceptVersion, verdict: str) -> list[tuple[str, Any]]:
    """What others need before they can use the recipe: field and sentence."""
    found = []
    if not version.problem:
        found.append(("problem", gettext_lazy("Write which problem it is for.")))
    if not version.for_whom:
        found.append(("for_whom", gettext_lazy("Write for whom it is.")))
    if not version.core:
        found.append(("core", gettext_lazy("Write the core: what has to be kept.")))
    if not version.steps:
        found.append(("steps", gettext_lazy("Write the steps, so that others can follow them.")))
    if verdict == Verdict.ADAPT and not version.must_change:
        sentence = gettext_lazy("The council said: change it. Write what has to be changed.")
        found.append(("must_change", sentence))
    if version.number > 1 and not version.changes:
        found.append(("changes", gettext_lazy("Write what is new in this version.")))
    return found


def wanted(version: ConceptVersion) -> list[Any]:
    """What would help others, though they can do without: sentences."""
    found = []
    if not version.adaptable:
        found.append(gettext_lazy("Say what others may do in their own way."))
    if not version.roles:
        found.append(gettext_lazy("Say who does what."))
    if not version.needs:
        found.append(gettext_lazy("Say which competences and resources it takes."))
    if not version.pitfalls:
        found.append(gettext_lazy("Say what can go wrong. It saves others a year."))
    if version.cost_dkk is None and not version.cost_note:
        found.append(gettext_lazy("Say what it cost."))
    if not version.evidence and not version.evidence_note:
        found.append(gettext_lazy("Say what you know about how well it works, or that you do not."))
    if not version.materials.all():
        found.append(gettext_lazy("Add a file that others can use: a poster, a form, a checklist."))
    return found


@action("concepts.write", on="version")
def publish_version(*, by: Principal, version: ConceptVersion, seen: int | None = None) -> Concept:
    """From now on everybody can read this version, and it never changes.

    The first one brings the challenge to its last step.
    """
    concept = locked(_draft(version).concept)
    for field, sentence in missing(version, _verdict(concept)):
        raise Invalid(sentence, field=field)
    version.published_at = clock.now().replace(microsecond=0)
    version.content = _checked(version)
    version.save()
    if not concept.is_public:
        _first(by, concept)
    concept.sequence = record(by, "concepts.publish_version", version, number=version.number).seq
    _show(concept, version)
    return concept


def _verdict(concept: Concept) -> str:
    found = queries.evaluation_of(concept.challenge) if concept.challenge else None
    return found.verdict if found else ""


def _checked(version: ConceptVersion) -> str:
    """The fingerprint of what others will read; refuses what they could not read."""
    document = package.document(version)
    try:
        package.check(document, package.FORMAT)
    except Invalid as error:
        raise Invalid(error.message) from None
    return package.fingerprint(document)


def _first(by: Principal, concept: Concept) -> None:
    concept.published_at = clock.now()
    challenge = concept.challenge and locked(concept.challenge)
    if challenge is None:
        return
    if challenge.step != Step.EVALUATED:
        raise Conflict(gettext_lazy("The challenge is at another step by now. Look at its page."))
    advance(by=by, challenge=challenge, to=Step.CONCEPT)
    note(
        by=by,
        challenge=challenge,
        message=gettext_noop("The recipe is here: %(concept)s"),
        values={"concept": concept.title},
        href=reverse("concepts:detail", args=[concept.pk]),
    )


def _show(concept: Concept, version: ConceptVersion) -> None:
    """What the catalogue shows is the newest published version."""
    concept.is_public, concept.current = True, version
    concept.title, concept.problem = version.title, version.problem
    concept.for_whom = version.for_whom
    concept.level = _level(concept, version)
    concept.save()
    concept.target_groups.set(queries.known_groups(concept.council, version.target_slugs))


def _level(concept: Concept, version: ConceptVersion) -> Level:
    return queries.evidence(concept, version)[0].level


@action("concepts.write", on="concept")
def begin_version(*, by: Principal, concept: Concept) -> ConceptVersion:
    """A draft of the next version, beginning as a copy of the present one."""
    now = concept.current
    if now is None:
        raise Conflict(gettext_lazy("Publish the first version before you begin the next."))
    names = [*FIELDS, "needs", "evidence", "licence", "target_slugs", "plan"]
    copied = {name: getattr(now, name) for name in names} | {"changes": ""}
    version = ConceptVersion(council=by.council, concept=concept, number=now.number + 1, **copied)
    version.sign(by)
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("Somebody has begun the next version already.")) from None
    _same_materials(now, version)
    record(by, "concepts.begin_version", concept, number=version.number)
    return version


def _same_materials(before: ConceptVersion, after: ConceptVersion) -> None:
    """The next version begins with the same files; they lie in one place."""
    Material.objects.bulk_create(
        Material(
            council=after.council, version=after, name=row.name, title=row.title, size=row.size,
            sha256=row.sha256, file=row.file.name,
        )
        for row in before.materials.all()
    )  # fmt: skip


# --- who is known ------------------------------------------------------------------------------
@action("concepts.trust")
def know_publisher(*, by: Principal, key: str, slug: str, name: str) -> Publisher:
    """From now on what this key signs in the name of that council is taken for theirs."""
    if not signing.is_key(key):
        raise Invalid(gettext_lazy("That is no key."))
    if key in signing.own().all:
        raise Invalid(gettext_lazy("That is your own installation. You see its concepts already."))
    given = {"name": name, "author_id": by.user_id, "author_name": by.name}
    row, new = Publisher.objects.get_or_create(
        council=by.council, key=key, slug=slug, defaults=given
    )
    if new:
        record(by, "concepts.know_publisher", row)
    return cast(Publisher, row)


@action("concepts.trust", on="publisher")
def follow_key(*, by: Principal, publisher: Publisher, key: str) -> Publisher:
    """They have a new key: vouched for by the one we know, or compared by a person."""
    if not signing.is_key(key) or key in signing.own().all:
        raise Invalid(gettext_lazy("That is no key."))
    taken = Publisher.objects.filter(council=by.council, key=key, slug=publisher.slug)
    if taken.exclude(pk=publisher.pk).exists():
        raise Conflict(gettext_lazy("You know that key already, as somebody else's."))
    publisher.key = key
    publisher.save()
    record(by, "concepts.follow_key", publisher)
    return publisher


def _publisher(by: Principal, key: str, slug: str, name: str, *, trust: bool) -> Publisher | None:
    """Who signed it: None for a council of this installation. Raises Invalid for strangers."""
    if key in signing.own().all:
        return None
    known = queries.publisher(by.council, key, slug)
    if known is not None:
        return known
    if Publisher.objects.filter(council=by.council, slug=slug).exists():
        raise Invalid(
            _(
                "You know %(name)s by another key than the one that signed this: %(key)s. "
                "Nothing was read. Ask them whether their key is new."
            )
            % {"name": name, "key": signing.fingerprint(key)},
            field="file",
        )
    if not trust:
        sentence = (
            _("Ask them for their key. When it is the same, say so below and send again.")
            if may(by, "concepts.trust")
            else _("Ask the secretariat: they can compare the keys.")
        )
        unknown = _("%(name)s has signed it with a key that you do not know: %(key)s.")
        given = {"name": name, "key": signing.fingerprint(key)}
        raise Invalid(f"{unknown % given} {sentence}", field="file")
    return know_publisher(by=by, key=key, slug=slug, name=name)


# --- what comes from elsewhere -----------------------------------------------------------------
Materials = Callable[[str], AbstractContextManager[IO[bytes]]]


@action("concepts.fetch")
def import_package(*, by: Principal, parcel: Parcel, trust: bool = False) -> tuple[Concept, bool]:
    """Brings home a concept from a signed file, whole or not at all; True when it was new.

    `trust` says that a person has compared a key that was not known before.
    """
    origin = parcel.document["council"]
    publisher = _publisher(by, parcel.key, origin["slug"], origin["name"], trust=trust)
    return _bring_home(by, parcel.document, publisher, parcel.material)


@action("concepts.fetch")
def fetch_elsewhere(*, by: Principal, council: str, slug: str) -> tuple[Concept, bool]:
    """Brings home what another council of this installation has published."""
    rows = queries.published_elsewhere(by.council)
    found = rows.filter(council__slug=council, slug=slug).first()
    if found is None or found.current is None:
        raise NotFound
    files = {row.name: row.file for row in found.current.materials.all()}
    return _bring_home(
        by, package.document(found.current), None, lambda name: files[name].open("rb")
    )


def _bring_home(
    by: Principal, document: package.Document, publisher: Publisher | None, materials: Materials
) -> tuple[Concept, bool]:
    if publisher is None and document["council"]["slug"] == by.council.slug:
        raise Invalid(gettext_lazy("This is your own concept. You have it already."), field="file")
    concept = _concept_from(by, document, publisher)
    number, content = document["version"]["number"], package.fingerprint(document)
    known = ConceptVersion.objects.filter(concept=concept, number=number).first()
    if known is not None and package.fingerprint(package.document(known)) != content:
        raise Conflict(
            gettext_lazy(
                "You have another text as the same version. Nothing was changed. Ask the council "
                "that wrote it which one is right."
            )
        )
    if known is not None:
        return concept, False
    _keep(by, concept, document, content, materials)
    record(by, "concepts.bring_home", concept, number=number)
    return concept, True


def _concept_from(
    by: Principal, document: package.Document, publisher: Publisher | None
) -> Concept:
    origin, version = document["council"], document["version"]
    defaults = {
        "origin_name": origin["name"],
        "title": version["title"],
        "problem": version["problem"],
        "for_whom": version["for_whom"],
        "is_example": document["concept"]["example"],
        "published_at": clock.now(),
        "author_id": by.user_id,
        "author_name": by.name,
    }
    key = {"origin_slug": origin["slug"], "slug": document["concept"]["slug"],
           "publisher": publisher}  # fmt: skip
    concept, _new = Concept.objects.get_or_create(council=by.council, **key, defaults=defaults)
    return cast(Concept, locked(concept))


def _keep(
    by: Principal,
    concept: Concept,
    document: package.Document,
    content: str,
    materials: Materials,
) -> None:
    given = document["version"]
    version = ConceptVersion(
        council=by.council,
        concept=concept,
        number=given["number"],
        published_at=datetime.fromisoformat(given["published_at"]),
        content=content,
        evidence=document["evidence"],
        needs=given["needs"],
        plan=given["plan"],
        target_slugs=given["target_groups"],
        cost_dkk=given["cost_dkk"],
        **{name: given[name] for name in (*package.LISTS, *package.TEXTS)},
    )
    version.sign(by)
    version.save()
    if concept.current is None or concept.current.number < version.number:
        was_public = concept.is_public
        concept.origin_name = document["council"]["name"]
        _show(concept, version)
        if not was_public:
            Concept.objects.filter(pk=concept.pk).update(is_public=False)
            concept.is_public = False
    _keep_materials(version, given["materials"], materials)


def _keep_materials(
    version: ConceptVersion, listed: list[dict[str, Any]], materials: Materials
) -> None:
    """Last of all, so that little can still go wrong; what does takes the files away again."""
    kept: list[str] = []
    try:
        for one in listed:
            with materials(one["name"]) as file:
                _keep_material(version, one["name"], one["title"], file)
            row = Material.objects.get(version=version, name=one["name"])
            kept.append(row.file.name)
            if row.sha256 != one["sha256"]:
                raise Invalid(gettext_lazy("The file is damaged. Ask for it once more."))
    except BaseException:
        for path in kept:
            default_storage.delete(path)
        raise


@action("concepts.adopt", on="concept")
def adopt(
    *, by: Principal, concept: Concept, changed: str = "", plan: str = "",
    core_kept: bool | None = None,
) -> Adoption:  # fmt: skip
    """Takes up a recipe from elsewhere: a challenge of our own with the needs of the recipe.

    The challenge is raised like any other and still has to be screened. Needs whose word this
    council does not have wait on the adoption. The council that wrote the recipe is told.
    """
    version = concept.current
    if version is None:
        raise NotFound
    if Adoption.objects.filter(concept=concept).exclude(status=Status.REPORTED).exists():
        raise Conflict(gettext_lazy("You are using this concept already."))
    challenge = _raise(by, concept, version, plan)
    adoption = Adoption(
        council=by.council, concept=concept, used=version, challenge=challenge,
        changed=changed.strip(), plan=plan.strip(), core_kept=core_kept,
        is_example=concept.is_example,
    )  # fmt: skip
    adoption.sign(by)
    adoption.needs_left = _take(by, challenge, version.needs, concept.is_example)
    try:
        with transaction.atomic():
            adoption.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("You are using this concept already.")) from None
    Concept.objects.filter(pk=concept.pk).update(is_public=True)
    _tell(adoption, record(by, "concepts.adopt", adoption, concept=concept.pk,
                           challenge=challenge.pk))  # fmt: skip
    return adoption


def _raise(by: Principal, concept: Concept, version: ConceptVersion, plan: str) -> Challenge:
    groups = queries.known_groups(by.council, version.target_slugs)
    what = "\n\n".join(part for part in (version.problem, plan.strip()) if part)
    challenge, _token = raise_challenge(
        by=by,
        title=version.title,
        what=what[:4000],
        for_whom=version.for_whom,
        name=by.name,
        target_groups=groups,
        is_example=concept.is_example,
    )
    note(
        by=by,
        challenge=challenge,
        message=gettext_noop("Builds on “%(concept)s” from %(origin)s"),
        values={"concept": version.title, "origin": concept.origin_name},
        href=reverse("concepts:detail", args=[concept.pk]),
    )
    return challenge


def _take(
    by: Principal, challenge: Challenge, needs: list[dict[str, Any]], is_example: bool
) -> list[dict[str, Any]]:
    """Adds what this council has a word for; gives back the rest."""
    left = []
    for need in needs:
        category = resolve(by.council, need["kind"], need["category"])
        if category is None:
            left.append(need)
            continue
        try:
            with transaction.atomic():
                add_need(
                    by=by, challenge=challenge, category=category, title=need["title"],
                    amount=Decimal(str(need["amount"])), unit=need["unit"], must=need["must"],
                    is_example=is_example,
                )  # fmt: skip
        except (Invalid, Conflict):
            left.append(need)
    return left


@action("concepts.adopt", on="concept")
def take_over_needs(*, by: Principal, concept: Concept, adoption: Adoption) -> int:
    """Tries again those needs that had no word here; the number that were added."""
    row = locked(adoption)
    if row.concept_id != concept.pk:
        raise NotFound
    before = len(row.needs_left)
    row.needs_left = _take(by, row.challenge, row.needs_left, row.is_example)
    row.save()
    taken = before - len(row.needs_left)
    if not taken:
        raise Conflict(
            gettext_lazy(
                "The words of these needs are not in your list yet. Add them there, or write "
                "the needs yourself."
            )
        )
    record(by, "concepts.take_over_needs", row, number=taken)
    return taken


@action("concepts.report", on="adoption")
def begin_use(*, by: Principal, adoption: Adoption) -> Adoption:
    """Planned becomes running; the council that wrote the recipe is told."""
    if adoption.status != Status.PLANNED:
        raise Conflict(gettext_lazy("It is running already."))
    adoption.status = Status.RUNNING
    adoption.save()
    _tell(adoption, record(by, "concepts.begin_use", adoption))
    return adoption


@action("concepts.report", on="adoption")
def report_back(
    *,
    by: Principal,
    adoption: Adoption,
    note: str,
    changed: str = "",
    core_kept: bool | None = None,
    instrument: str = "",
    compared: bool = False,
    n: int | None = None,
    estimate: float | None = None,
    se: float | None = None,
    low: float | None = None,
    high: float | None = None,
    seen: int | None = None,
) -> Adoption:
    """Tells how it went here. Figures are optional; with them comes how sure they are, as a
    standard error or as an interval of 95 %."""
    if adoption.status == Status.REPORTED:
        raise Conflict(gettext_lazy("You have told how it went already."))
    if not note.strip():
        raise Invalid(gettext_lazy("Write how it went, in your own words."), field="note")
    figures = _figures(instrument, n, estimate, se, low, high)
    for name, value in figures.items():
        setattr(adoption, name, value)
    adoption.compared = compared and bool(figures)
    adoption.note, adoption.changed, adoption.core_kept = note.strip(), changed.strip(), core_kept
    adoption.status, adoption.reported_on = Status.REPORTED, clock.today()
    adoption.save()
    entry = record(by, "concepts.report_back", adoption, n=adoption.n)
    _tell_challenge(by, adoption)
    _tell(adoption, entry)
    return adoption


def _figures(
    instrument: str,
    n: int | None,
    estimate: float | None,
    se: float | None,
    low: float | None,
    high: float | None,
) -> dict[str, Any]:
    if n is None and estimate is None and se is None and low is None and high is None:
        return {}
    if n is None or n < FEWEST:
        raise Invalid(
            _("Figures about fewer than %(n)s people stay here. Tell in words how it went.")
            % {"n": FEWEST},
            field="n",
        )
    if estimate is None:
        raise Invalid(gettext_lazy("Write the typical change."), field="estimate")
    if not instrument.strip():
        raise Invalid(gettext_lazy("Write what it was measured with."), field="instrument")
    if low is not None and high is not None:
        if not low <= estimate <= high or low == high:
            raise Invalid(gettext_lazy("The change lies between “from” and “to”."), field="low")
        se = evidence.error_of(low, high) if se is None else se
    if se is None or se <= 0:
        raise Invalid(
            gettext_lazy("Write how sure it is: the standard error, or from and to."), field="se"
        )
    if low is None or high is None:
        low, high = evidence.interval_of(estimate, se)
    return {
        "instrument": instrument.strip(), "n": n, "estimate": estimate, "se": se, "low": low,
        "high": high,
    }  # fmt: skip


def _tell_challenge(by: Principal, adoption: Adoption) -> None:
    note(
        by=by,
        challenge=adoption.challenge,
        message=gettext_noop("We have told %(origin)s how it went"),
        values={"origin": adoption.concept.origin_name},
        href=reverse("concepts:adoption", args=[adoption.pk]),
    )


def _tell(adoption: Adoption, entry: LogEntry) -> None:
    """What we say about it is new: others see it at their next look, neighbours in a moment.

    The job is a row of the same transaction, so that it is neither lost nor done too soon.
    """
    adoption.sequence = entry.seq
    Adoption.objects.filter(pk=adoption.pk).update(sequence=entry.seq)
    if adoption.concept.publisher_id is None:
        hand_over.enqueue(adoption.pk)


@action("concepts.adopt", on="concept")
def take_over_plan(*, by: Principal, concept: Concept, adoption: Adoption) -> Pilot:
    """The plan of the recipe becomes the theory of change of the pilot that has been started."""
    row = locked(adoption)
    if row.concept_id != concept.pk:
        raise NotFound
    plan = queries.plan_to_use(row.used)
    pilot = queries.pilot_to_plan(row.challenge)
    if pilot is None:
        raise Conflict(
            gettext_lazy("There is no pilot yet. Start it, and take the plan over after that.")
        )
    if row.plan_taken or pilot.has_theory or not plan:
        raise Conflict(gettext_lazy("The pilot has a plan already. Change it on its own page."))
    edit_theory(by=by, pilot=pilot, stages=plan["stages"], assumptions=plan["assumptions"])
    row.plan_taken = True
    row.save()
    record(by, "concepts.take_over_plan", row, pilot=pilot.pk)
    return pilot


# --- delivery ----------------------------------------------------------------------------------
@task(priority=10)
def hand_over(key: int) -> bool:
    """Hands what we tell to the council that wrote the recipe, when it lives here too; whether
    it took it.

    The one thing that crosses is a document of plain data, the same that a file carries. A
    council on another installation reads it in our feed. In a transaction of its own: two
    councils that tell each other at the same moment must not wait for each other.
    """
    adoption = Adoption.objects.select_related("council", "concept", "used").get(pk=key)
    origin = Council.objects.filter(slug=adoption.concept.origin_slug).first()
    if origin is None:
        return False
    try:
        with transaction.atomic():
            receive_report(council=origin, document=package.told(adoption))
    except (Invalid, NotFound, Conflict):
        # The origin does not know the recipe, or has heard more; the page offers a file instead.
        return False
    return True


def receive_report(*, council: Council, document: package.Document) -> AdoptionReport:
    """Takes in, on behalf of `council`, what another council tells about using its recipe.

    Plain data, checked against the schema like anything from outside. The same again changes
    nothing; once a place has told how it went, that stands.
    """
    return take_report(by=system(council), document=document)


@action("concepts.fetch")
def take_report(
    *, by: Principal, document: package.Document, publisher: Publisher | None = None
) -> AdoptionReport:
    """`receive_report` for what a `publisher` on another installation has signed."""
    told = package.check(document, package.REPORT_FORMAT)
    about = told["concept"]
    if about["council"] != by.council.slug or about["key"] not in signing.own().all:
        raise Invalid(gettext_lazy("This is about another council's concept."), field="file")
    rows = ConceptVersion.objects.filter(
        concept__council=by.council, concept__origin_slug="", concept__is_public=True,
        concept__slug=about["slug"], number=about["version"], published_at__isnull=False,
    )  # fmt: skip
    version = rows.select_related("concept").first()
    if version is None:
        raise Invalid(gettext_lazy("We do not know the concept that it is about."), field="file")
    concept = locked(version.concept)
    require(by, "concepts.receive", concept)
    if publisher is None and told["place"]["slug"] == by.council.slug:
        raise Invalid(gettext_lazy("A council does not report to itself."), field="file")
    if publisher is not None and told["place"]["slug"] != publisher.slug:
        raise Invalid(gettext_lazy("A council tells about itself only."), field="file")
    return _file(by, concept, told, publisher)


@action("concepts.fetch")
def take_report_file(*, by: Principal, data: bytes, trust: bool = False) -> AdoptionReport:
    """An answer that came as a signed file."""
    sealed = package.parse(data)
    if not isinstance(sealed, dict) or not {"signed", "key", "signature"} <= set(sealed):
        raise Invalid(
            gettext_lazy(
                "The file is not signed, so we cannot know who wrote it. Ask for it once more."
            ),
            field="file",
        )
    if not signing.holds(sealed["signed"], sealed["key"], sealed["signature"]):
        raise Invalid(
            gettext_lazy(
                "The file was changed after it was signed. Nothing was read. Ask for it once more."
            ),
            field="file",
        )
    told = package.check(sealed["signed"], package.REPORT_FORMAT)
    place = told["place"]
    publisher = _publisher(by, sealed["key"], place["slug"], place["name"], trust=trust)
    return take_report(by=by, document=told, publisher=publisher)


REPORTS_AT_MOST = 50  # about one concept, from one council


def _file(
    by: Principal, concept: Concept, told: package.Document, publisher: Publisher | None
) -> AdoptionReport:
    place = told["place"]
    key = {"council": by.council, "concept": concept, "place_key": told["key"],
           "publisher": publisher}  # fmt: skip
    known = AdoptionReport.objects.filter(**key).first()
    row: AdoptionReport = known or AdoptionReport(**key)
    if row.pk is not None and row.place_slug != place["slug"]:
        raise Conflict(gettext_lazy("Another place has told under the same number."))
    values = _values(told)
    if row.pk is not None and all(getattr(row, name) == value for name, value in values.items()):
        return row
    order = list(Status.values)
    if row.pk is not None and (
        row.status == Status.REPORTED or order.index(told["status"]) < order.index(row.status)
    ):
        raise Conflict(gettext_lazy("They have told how it went already. What they told stands."))
    theirs = AdoptionReport.objects.filter(concept=concept, publisher=publisher)
    if known is None and publisher is not None and theirs.count() >= REPORTS_AT_MOST:
        raise Invalid(gettext_lazy("They have told about this concept too many times."))
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    entry = record(
        by, "concepts.receive_report", concept, status=row.status, number=row.used_number
    )
    _seen_anew(concept, entry)
    return row


def _seen_anew(concept: Concept, entry: LogEntry) -> None:
    """Other figures count: how sure we are may be another, and others read it anew."""
    if concept.current is not None:
        concept.level, concept.sequence = _level(concept, concept.current), entry.seq
        concept.save()


@action("concepts.weigh", on="report")
def set_aside(*, by: Principal, report: AdoptionReport, reason: str) -> AdoptionReport:
    """The figures of a place no longer count, for a reason that everybody can read. They are
    still shown, and what the place told in words stands."""
    if report.aside:
        raise Conflict(gettext_lazy("These figures are set aside already."))
    if report.estimate is None:
        raise Conflict(gettext_lazy("They have told no figures."))
    if not reason.strip():
        raise Invalid(gettext_lazy("Write why. Everybody can read it."), field="reason")
    return _weigh(by, report, " ".join(reason.split()))


@action("concepts.weigh", on="report")
def count_again(*, by: Principal, report: AdoptionReport) -> AdoptionReport:
    """The figures of a place count once more."""
    if not report.aside:
        raise Conflict(gettext_lazy("These figures count already."))
    return _weigh(by, report, "")


def _weigh(by: Principal, report: AdoptionReport, reason: str) -> AdoptionReport:
    concept = locked(report.concept)
    report.aside = reason
    report.save()
    verb = "concepts.set_aside" if reason else "concepts.count_again"
    _seen_anew(concept, record(by, verb, concept, report=report.pk))
    return report


def _values(told: package.Document) -> dict[str, Any]:
    reported = told["reported_on"]
    nothing = dict.fromkeys(package.FIGURES) | {"instrument": "", "compared": False}
    return {
        "place_slug": told["place"]["slug"],
        "place_name": told["place"]["name"],
        "used_number": told["concept"]["version"],
        "status": told["status"],
        "changed": told["changed"],
        "core_kept": told["core_kept"],
        "note": told["note"],
        "adopted_on": date.fromisoformat(told["adopted_on"]),
        "reported_on": date.fromisoformat(reported) if reported else None,
        "is_example": told["example"],
        **(told["figures"] or nothing),
    }
