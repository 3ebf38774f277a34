from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from samskab.civic.foundation.core.errors import CivicError, Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.concepts import actions, kinds, package, parcel, signing
from samskab.civic.journey.concepts.models import Concept, ConceptVersion, Material, Publisher
from tests.journey.concepts import parcels

Change = Callable[[dict[str, Any]], Any]
POSTER = b"%PDF-1.7 en plakat"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA, settings.MEDIA_ROOT = tmp_path / "here", tmp_path / "uploads"
    settings.DATA.mkdir()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[None]:
    """Whatever is signed in the test is signed by another installation."""
    with parcels.another_installation(tmp_path / "there"):
        yield


@pytest.fixture
def document(concept: Concept) -> dict[str, Any]:
    return package.document(concept.versions.get())


@pytest.fixture
def foreign(document: dict[str, Any], tmp_path: Path) -> Callable[..., bytes]:
    """A package of a council on another installation."""
    document["council"] = {"slug": "fjern-by", "name": "Fjern By"}

    def make(materials: dict[str, bytes] | None = None) -> bytes:
        with parcels.another_installation(tmp_path / "there"):
            return parcels.signed(document, materials)

    return make


def take(by: Principal, data: bytes, *, trust: bool = True) -> tuple[Concept, bool]:
    return actions.import_package(by=by, parcel=parcel.opened(BytesIO(data)), trust=trust)


def kept() -> tuple[int, ...]:
    """All that an import could leave behind."""
    rows = [Concept, ConceptVersion, Material, Publisher]
    return (*(model.objects.count() for model in rows), *files())


def files() -> tuple[int]:
    there = default_storage.exists("concepts")
    return (len(default_storage.listdir("concepts")[1]) if there else 0,)


def refused(by: Principal, data: bytes, *, trust: bool = True) -> str:
    """What is said in English; nothing at all may have been kept."""
    before = kept()
    with translation.override("en"), pytest.raises(CivicError) as error:
        take(by, data, trust=trust)
    assert kept() == before
    with translation.override("en"):
        return str(error.value.message)


# --- honest files ------------------------------------------------------------------------------
def test_a_file_comes_out_as_it_went_in(concept: Concept, document: dict[str, Any]) -> None:
    data = parcel.packed(concept.versions.get())
    found = parcel.opened(BytesIO(data))
    assert (found.document, found.key) == (document, signing.own().public)
    assert found.address.startswith("http://silkeborg.localhost")
    assert data == parcel.packed(concept.versions.get())


def test_a_file_brings_home_the_same_as_the_catalogue(
    concept: Concept, fetched: Concept, neighbour: Principal
) -> None:
    data = parcel.packed(concept.versions.get())
    assert take(neighbour, data) == (fetched, False)
    assert not Publisher.objects.exists()


def test_materials_and_the_plan_travel_along(
    drafted: Concept, facilitator: Principal, neighbour: Principal, tmp_path: Path
) -> None:
    version = drafted.versions.get()
    upload = SimpleUploadedFile("Plakat på dør.PDF", POSTER)
    actions.add_material(by=facilitator, version=version, file=upload, title="Plakaten")
    ConceptVersion.objects.update(
        plan={"stages": {"outputs": ["Kaffe"]}, "assumptions": {}, "weeks": 16, "people": 12}
    )
    actions.publish_version(by=facilitator, version=drafted.versions.get())
    data = parcel.packed(drafted.versions.get())
    concept, _new = take(neighbour, data)
    brought = concept.versions.get()
    row = brought.materials.get()
    assert (row.name, row.title) == ("plakat-paa-doer.pdf", "Plakaten")
    with row.file.open() as file:
        assert file.read() == POSTER
    assert brought.plan["stages"] == {"outputs": ["Kaffe"]}
    assert files() == (2,)
    assert "It took 16 weeks." in in_english(package.plan_lines, brought.plan)


def in_english(function: Callable[..., Any], *given: Any) -> Any:
    with translation.override("en"):
        return function(*given)


def test_a_file_from_an_unknown_council_is_kept_with_its_origin(
    foreign: Any, neighbour: Principal
) -> None:
    concept, new = take(neighbour, foreign())
    assert (new, concept.origin_slug, concept.origin_name) == (True, "fjern-by", "Fjern By")
    assert concept.publisher is not None
    assert concept.publisher.key != signing.own().public
    adoption = actions.adopt(by=neighbour, concept=concept)
    done = actions.report_back(by=neighbour, adoption=adoption, note="Godt.")
    told = package.check(package.told(done), package.REPORT_FORMAT)
    assert (told["note"], told["concept"]["key"]) == ("Godt.", concept.publisher.key)
    assert take(neighbour, foreign(), trust=False) == (concept, False)


def test_the_same_number_with_another_text_is_told_apart(
    document: dict[str, Any], foreign: Any, neighbour: Principal
) -> None:
    concept, _new = take(neighbour, foreign())
    document["version"]["core"] = ["Noget helt andet."]
    assert "another text as the same version" in refused(neighbour, foreign())
    assert concept.versions.get().core[0] == "Kaffe og brød kommer først."


def test_a_council_that_changes_its_name_has_not_changed_its_recipe(
    document: dict[str, Any], foreign: Any, neighbour: Principal
) -> None:
    take(neighbour, foreign())
    document["council"]["name"] = "Fjern By og Omegn"
    assert take(neighbour, foreign())[1] is False


def test_an_older_version_does_not_become_the_present_one(
    document: dict[str, Any], foreign: Any, neighbour: Principal
) -> None:
    document["version"]["number"] = 3
    concept, _new = take(neighbour, foreign())
    document["version"] |= {"number": 2, "title": "Ældre"}
    take(neighbour, foreign())
    concept.refresh_from_db()
    assert (concept.title, concept.versions.count()) == ("Morgenbordet", 2)


def test_ones_own_file_is_not_brought_home(concept: Concept, facilitator: Principal) -> None:
    assert "your own" in refused(facilitator, parcel.packed(concept.versions.get()))


def test_the_readable_part_makes_nothing_of_what_was_typed(document: dict[str, Any]) -> None:
    document["version"]["core"] = ["<script>alert(1)</script>", "[klik](javascript:alert(1))"]
    text = package.readable(document)
    assert "- \\<script\\>alert(1)\\</script\\>" in text
    assert "- \\[klik\\](javascript:alert(1))" in text
    assert text.startswith("# Morgenbordet\n")


def test_the_schemas_are_valid_and_forbid_what_they_do_not_know() -> None:
    from jsonschema import Draft202012Validator

    texts = [package.schema(name) for name in (package.FORMAT, package.REPORT_FORMAT)]
    for text in [*texts, parcel.schema()]:
        schema = json.loads(text)
        Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False


def test_the_pdf_is_tagged_and_typst_makes_nothing_of_what_was_typed(
    document: dict[str, Any],
) -> None:
    from samskab.civic.journey.concepts.pdf import concept_pdf

    document["version"]["core"] = ['#panic("x")', "= Ikke en overskrift", "$x$ *a* @b <c> [d] \\"]
    made = concept_pdf(document, "Det ser lovende ud.")
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part>1<" in made
    assert made == concept_pdf(document, "Det ser lovende ud.")


# --- who signed it -----------------------------------------------------------------------------
def test_a_key_that_nobody_knows_takes_a_person_who_compared_it(
    foreign: Any, neighbour: Principal, tmp_path: Path
) -> None:
    with parcels.another_installation(tmp_path / "there"):
        shown = signing.fingerprint(signing.own().public)
    said = refused(neighbour, foreign(), trust=False)
    assert shown in said
    assert "Fjern By" in said


def test_who_may_not_say_whom_the_council_knows_is_sent_to_those_who_may(
    foreign: Any, outsider: Principal, other_council: Council
) -> None:
    from samskab.civic.foundation.core.principal import Role
    from tests import cast

    by = cast.a_person(other_council, "hjaelper", [Role.FACILITATOR])
    assert "Ask the secretariat" in refused(by, foreign(), trust=False)
    before = kept()
    with pytest.raises(CivicError):
        take(by, foreign(), trust=True)
    assert kept() == before


def test_another_key_in_the_name_of_a_council_that_is_known_is_refused(
    document: dict[str, Any], foreign: Any, neighbour: Principal, tmp_path: Path
) -> None:
    take(neighbour, foreign())
    document["version"]["number"] = 2
    with parcels.another_installation(tmp_path / "thief"):
        data = parcels.signed(document)
    assert "by another key" in refused(neighbour, data, trust=True)


def test_a_key_that_was_followed_reads_the_next_version(
    document: dict[str, Any], foreign: Any, neighbour: Principal, tmp_path: Path
) -> None:
    concept, _new = take(neighbour, foreign())
    with parcels.another_installation(tmp_path / "there"):
        key = signing.renew().public
    assert concept.publisher is not None
    actions.follow_key(by=neighbour, publisher=concept.publisher, key=key)
    document["version"]["number"] = 2
    again, new = take(neighbour, foreign(), trust=False)
    assert (again.pk, new) == (concept.pk, True)


def test_what_is_not_signed_is_not_read(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    assert "not signed" in refused(neighbour, parcels.zipped(parcels.entries(document)))
    old = parcels.zipped({"concept.json": json.dumps(document | {"format_version": 1}).encode()})
    assert "not signed" in refused(neighbour, old)
    assert "older kind" in refused(neighbour, parcels.signed(document | {"format_version": 1}))


def test_every_changed_byte_is_noticed(
    document: dict[str, Any], foreign: Any, neighbour: Principal
) -> None:
    """Wherever it is: in the texts, the materials, the manifest or the zip around them."""
    document["version"]["materials"] = [parcels.listed("plakat.pdf", POSTER)]
    data = foreign({"plakat.pdf": POSTER})
    before, draw = kept(), random.Random(5)
    headers = [at for at in range(len(data)) if data[at : at + 2] == b"PK"]
    near = {at + step for at in headers for step in range(0, 46, 5) if at + step < len(data)}
    places = near | set(draw.sample(range(len(data)), 150)) | set(range(len(data) - 22, len(data)))
    for at in sorted(places):
        spoiled = bytearray(data)
        spoiled[at] ^= 1 << draw.randrange(8)
        with pytest.raises(Invalid):
            parcel.opened(BytesIO(bytes(spoiled)))
    for spoiled in (data + b"\0", b"\0" + data, data[:-1], data[1:]):
        with pytest.raises(Invalid):
            parcel.opened(BytesIO(spoiled))
    assert kept() == before
    assert "changed after it was signed" in refused(
        neighbour, data.replace(b"en plakat", b"en tyvsag")
    )


# --- hostile files -----------------------------------------------------------------------------
def test_what_is_no_zip_is_refused(secretariat: Principal) -> None:
    for data in (b"", b"PK", b"%PDF-1.7", b"\x00" * 1000, b"{}"):
        assert "not a concept file" in refused(secretariat, data), data


def test_a_large_file_is_refused_unread(secretariat: Principal, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(parcel.MAX_FILE + 1)
    with path.open("rb") as file, pytest.raises(Invalid) as error:
        parcel.opened(file)
    assert error.value.message == parcel.TOO_LARGE


def test_nothing_packed_is_unpacked(document: dict[str, Any], neighbour: Principal) -> None:
    """A zip bomb has to be packed; here nothing may be."""
    files = parcels.entries(b" " * 20_000_000)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (files | {parcel.MANIFEST: parcels.manifest(files)}).items():
            archive.writestr(name, body)
    assert "does not belong" in refused(neighbour, file.getvalue())


def test_a_size_that_is_a_lie_is_noticed(foreign: Any, neighbour: Principal) -> None:
    data = foreign()
    size = len(parcels.PDF).to_bytes(4, "little") * 2
    assert data.count(size) == 2
    for lie in (3, 2**31 - 1):
        refused(neighbour, data.replace(size, lie.to_bytes(4, "little") * 2))


NAMES = ["../concept.json", "/etc/passwd", "a/b.pdf", "..\\x.pdf", "concept.JSON", "materials/",
         "materials/../../x.pdf", "materials/a/b.pdf", "materials//x.pdf", "materials/x.exe",
         "materials/.pdf", "materials/X.pdf", "materials/x.pdf.html", "materials/x.svg",
         "materials/CON", "materials/x .pdf", "materials/" + "x" * 70 + ".pdf"]  # fmt: skip


def test_a_file_with_other_names_is_refused_though_it_is_signed(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    for name in NAMES:
        files = parcels.entries(document) | {name: POSTER}
        data = parcels.zipped(files | {parcel.MANIFEST: parcels.manifest(files)})
        assert "does not belong" in refused(neighbour, data), name


def raw(document: dict[str, Any], change: Callable[[zipfile.ZipInfo], Any]) -> bytes:
    """A signed package whose material is laid down in a strange way."""
    document["version"]["materials"] = [parcels.listed("plakat.pdf", POSTER)]
    files = parcels.entries(document, {"plakat.pdf": POSTER})
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in (files | {parcel.MANIFEST: parcels.manifest(files)}).items():
            entry = parcel._entry(name)
            if name.startswith("materials/"):
                change(entry)
            archive.writestr(entry, body)
    return file.getvalue()


STRANGE: list[Change] = [
    lambda entry: setattr(entry, "external_attr", 0o120777 << 16),  # a symbolic link
    lambda entry: setattr(entry, "external_attr", 0o100755 << 16),
    lambda entry: setattr(entry, "date_time", (2026, 1, 1, 0, 0, 0)),
    lambda entry: setattr(entry, "extra", b"\x01\x00\x02\x00ab"),
    lambda entry: setattr(entry, "comment", b"hej"),
    lambda entry: setattr(entry, "compress_type", zipfile.ZIP_BZIP2),
    lambda entry: setattr(entry, "compress_type", zipfile.ZIP_DEFLATED),
]


def test_a_strange_layout_is_refused_though_all_files_are_signed(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    for strange in STRANGE:
        refused(neighbour, raw(document, strange))
    assert parcel.opened(BytesIO(raw(document, lambda entry: None))).document == document


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    files = parcels.entries(document)
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in (*files.items(), ("concept.json", b"{}"),
                           (parcel.MANIFEST, parcels.manifest(files))):  # fmt: skip
            archive.writestr(parcel._entry(name), body)
    assert "does not belong" in refused(neighbour, file.getvalue())


def test_many_entries_are_refused(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    many = {f"a{number}.txt": b"x" for number in range(kinds.MATERIALS_AT_MOST + 1)}
    assert "does not belong" in refused(neighbour, parcels.signed(document, many))


def test_a_material_is_what_its_name_says(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    for name, body in (("a.pdf", b"<html>"), ("a.png", b"GIF89a"), ("a.txt", b"MZ\x00\x01")):
        document["version"]["materials"] = [parcels.listed(name, body)]
        said = refused(neighbour, parcels.signed(document, {name: body}))
        assert "does not belong" in said, name


def test_materials_that_the_recipe_does_not_name_are_refused(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    assert "belong" in refused(neighbour, parcels.signed(document, {"plakat.pdf": POSTER}))
    document["version"]["materials"] = [parcels.listed("plakat.pdf", POSTER)]
    refused(neighbour, parcels.signed(document))


def test_what_is_no_concept_inside_is_refused(secretariat: Principal, elsewhere: None) -> None:
    for text in (b"[", b"[]", b"null", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1, "a": 2}',
                 b"[" * 100_000, b'{"format": "samskab-concept"}', b"1" * 5000):  # fmt: skip
        refused(secretariat, parcels.signed(text))


def test_a_manifest_that_is_none_is_refused(document: dict[str, Any], neighbour: Principal) -> None:
    files = parcels.entries(document)
    for text in (b"", b"{}", b"[]", b"[" * 40_000, b'{"signed": {}, "key": 1, "signature": 2}'):
        refused(neighbour, parcels.zipped(files | {parcel.MANIFEST: text}))


def change(*path: Any, to: Any) -> Change:
    def apply(document: dict[str, Any]) -> None:
        inner: Any = document
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return apply


SPOILED = [
    change("format", to="noget-andet"),
    change("format_version", to=3),
    change("format_version", to=True),
    change("ekstra", to=1),
    change("council", "slug", to="../silkeborg"),
    change("council", "name", to=""),
    change("council", "name", to="x" * 121),
    change("concept", "slug", to="Store Ord"),
    change("version", "number", to=0),
    change("version", "number", to=1.5),
    change("version", "title", to="   "),
    change("version", "title", to=7),
    change("version", "problem", to="x" * 2001),
    change("version", "core", to=[]),
    change("version", "core", to=["x" * 301]),
    change("version", "core", to=[["dybere"]]),
    change("version", "steps", to=["x"] * 41),
    change("version", "licence", to="Alle rettigheder forbeholdt"),
    change("version", "cost_dkk", to=-1),
    change("version", "cost_dkk", to=10**30),
    change("version", "published_at", to="2026-02-31T10:00:00Z"),
    change("version", "published_at", to="i går"),
    change("version", "needs", 0, "amount", to=0),
    change("version", "needs", 0, "amount", to="48"),
    change("version", "needs", 0, "kind", to="target_group"),
    change("version", "needs", 0, "pris", to=1),
    change("evidence", "low", to=99.0),
    change("evidence", "low", to=None),
    change("evidence", "n", to=4),
    change("evidence", "se", to=0),
    change("evidence", "estimate", to=1e300),
    change("evidence", to=None),
    change("version", "plan", to={"stages": {}}),
    change("version", "plan", to={"stages": {"x": []}, "assumptions": {}, "weeks": 1,
                                  "people": 1}),
    change("version", "materials", to=[{"name": "../x.pdf", "title": "x", "size": 1,
                                        "sha256": "0" * 64}]),
    change("version", "title", to="Morgen\x00bordet"),
    change("version", "title", to="Morgen\u202egnp.exe"),
    change("version", "title", to="\ud800"),
    change("version", "core", to=["linje\x1b[31m"]),
    change("version", "problem", to="Han hed 010190-1234."),
]  # fmt: skip


def test_a_spoiled_document_leaves_no_trace(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    for spoil in SPOILED:
        spoiled = deepcopy(document)
        spoil(spoiled)
        refused(neighbour, parcels.signed(spoiled))
    assert len(SPOILED) > 30
    assert parcel.opened(BytesIO(parcels.signed(document))).document == document


def test_a_missing_part_is_named(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    for part in ("format", "council", "concept", "version", "evidence"):
        rest = {name: value for name, value in document.items() if name != part}
        said = refused(neighbour, parcels.signed(rest))
        assert "follow the format" in said
        assert said.endswith(part)


def test_a_newer_format_says_what_to_do(
    document: dict[str, Any], neighbour: Principal, elsewhere: None
) -> None:
    document["format_version"] = 3
    assert "newer" in refused(neighbour, parcels.signed(document))
