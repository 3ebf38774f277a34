import rules

from samskab.civic.foundation.comments.models import Comment, Thread
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import is_facilitator, is_secretariat


@rules.predicate
def is_open(by: Principal, thread: Thread | None) -> bool:
    return thread is not None and thread.is_open


@rules.predicate
def holds_comment(by: Principal, comment: Comment | None) -> bool:
    """Came by the link that was mailed to the writer."""
    return comment is not None and ("comments.comment", comment.pk) in by.grants


rules.add_perm("comments.confirm", holds_comment)
rules.add_perm("comments.post", is_open)
rules.add_perm("comments.open_thread", is_secretariat | is_facilitator)
rules.add_perm("comments.moderate", is_secretariat | is_facilitator)
