from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare
from samskab.civic.journey.challenges.models import Challenge, Follower, Support, TimelineEntry

declare(
    Challenge,
    ["author", "author_name", "contact_email", "on_behalf_consent"],
    what=_("Who raised a challenge, and how to reach them"),
    purpose=_("To answer, and to tell how it goes"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="anonymise",
)
declare(
    TimelineEntry,
    ["author", "author_name"],
    what=_("Who took a step; the page shows in which capacity only"),
    purpose=_("To be able to account for each step"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=None,
    erase="anonymise",
)
declare(
    Support,
    ["user"],
    what=_("Which challenges an account supports"),
    purpose=_("To count each person once"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="delete",
)
declare(
    Follower,
    ["user"],
    what=_("Which challenges an account follows"),
    purpose=_("To send news about them"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="delete",
)
