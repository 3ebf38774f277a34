from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare, not_personal
from samskab.civic.public.news.models import Feed, NewsItem

not_personal(NewsItem, "source_name", reason="the name of a medium or an organisation")
not_personal(Feed, "name", "address", reason="whose public feed it is, and where")
declare(
    NewsItem,
    ["editor", "editor_name"],
    what=_("Who edited the news last"),
    purpose=_("To show who stands behind what is written"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="anonymise",
)
