from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor, Category, Representative, Sector
from samskab.civic.foundation.privacy.registry import LegalBasis, Person, declare, not_personal


def _speaks_for_themself(person: Person) -> Q:
    """A person who is an actor alone; nobody else acts for them."""
    if not person.user_id:
        return Q(pk__in=[])
    return Q(sector=Sector.CITIZEN, representatives__user=person.user_id)


declare(
    Actor,
    ["contact_name", "contact_email"],
    what=_("The contact person of an actor: name and e-mail"),
    purpose=_("So that the secretariat can reach the actor"),
    legal_basis=LegalBasis.AGREEMENT,
    erase="anonymise",
)
declare(
    Actor,
    ["name", "about", "website", "find_text"],
    what=_("A person who takes part for themself: name and what they write about themself"),
    purpose=_("To show who takes part"),
    legal_basis=LegalBasis.CONSENT,
    erase="anonymise",
    about=_speaks_for_themself,
)
declare(
    Representative,
    ["user"],
    what=_("Which actors a person acts for"),
    purpose=_("So that only an actor's own people speak for it"),
    legal_basis=LegalBasis.AGREEMENT,
    erase="delete",
)
not_personal(Category, "name_da", "name_en", reason="the name of a word to sort by")
