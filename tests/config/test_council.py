"""`samskab council`: all of a council that can be there from the start, or nothing."""

from __future__ import annotations

import pytest

from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.accounts.models import RoleGrant
from samskab.civic.foundation.core.models import Council, Hostname
from samskab.config.operate import council

pytestmark = pytest.mark.django_db
ADMIN = ("--admin", "bente@byen.example", "--admin-name", "Bente Byrk")


def test_a_council_is_founded_with_its_words_and_its_administrator() -> None:
    assert council(["byen", "Byens råd", "--host", "Raad.Byen.example", *ADMIN]) == 0
    made = Council.objects.get(slug="byen")
    assert (made.name, made.is_default) == ("Byens råd", True)
    assert Hostname.objects.get(council=made).host == "raad.byen.example"
    grant = RoleGrant.objects.get(council=made)
    assert (grant.role, grant.user.email) == ("administrator", "bente@byen.example")
    assert Category.objects.filter(council=made).count() > 50

    assert council(["nabo", "Naboens råd", *ADMIN]) == 0
    assert not Council.objects.get(slug="nabo").is_default


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["byen", "Igen", *ADMIN], "There is a council “byen” already."),
        (
            ["anden", "Anden", "--host", "raad.byen.example", *ADMIN],
            "“raad.byen.example” leads to the council “byen” already.",
        ),
        (["to ord", "To", *ADMIN], "Enter a valid “slug”"),
        (["tredje", "Tredje", "--admin", "bente"], "Enter a valid email address."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_half_done(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    council(["byen", "Byens råd", "--host", "raad.byen.example", *ADMIN])
    capsys.readouterr()
    assert council(words) == 1
    assert said in capsys.readouterr().err
    assert [row.slug for row in Council.objects.all()] == ["byen"]
