from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.comments.models import CONFIRM_DAYS, Comment
from samskab.civic.foundation.comments.queries import unconfirmed
from samskab.civic.foundation.privacy.registry import LegalBasis, declare

declare(
    Comment,
    ["author", "author_name", "email"],
    what=_("The name and e-mail of the person who wrote a comment"),
    purpose=_("To show who wrote it, and to be able to write back"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=None,
    erase="anonymise",
)

declare(
    Comment,
    ["confirm_digest"],
    what=_("A comment that was never confirmed, or was put aside as spam"),
    purpose=_("To give the writer time to confirm, and somebody time to look"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=CONFIRM_DAYS,
    due=unconfirmed,
    erase="delete",
)
