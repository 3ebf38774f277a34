import rules

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import is_facilitator, is_secretariat
from samskab.civic.public.news.models import NewsItem


@rules.predicate
def is_out(by: Principal, item: NewsItem | None) -> bool:
    return item is not None and item.is_out


@rules.predicate
def is_itself(by: Principal, item: NewsItem | None) -> bool:
    """The installation."""
    return by.is_system


rules.add_perm("news.write", is_secretariat | is_facilitator)
rules.add_perm("news.see", is_out | is_secretariat | is_facilitator)
rules.add_perm("news.announce", is_itself)
rules.add_perm("news.manage_feeds", is_secretariat)
rules.add_perm("news.take_feed", is_itself)
