from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare
from samskab.civic.public.following.models import Subscription
from samskab.civic.public.following.queries import CONFIRM_DAYS, unconfirmed

declare(
    Subscription,
    ["email"],
    what=_("The address of somebody who follows the council by mail"),
    purpose=_("To send the mail that was asked for"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=CONFIRM_DAYS,
    due=unconfirmed,
    erase="delete",
)
