from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.models import Council, CouncilRow, DigestField


class Kind(models.TextChoices):
    """What a result is; the order is that of the filter."""

    CHALLENGE = "challenge", _("Challenges")
    INITIATIVE = "initiative", _("Initiatives")
    ACTOR = "actor", _("Actors")
    OFFER = "offer", _("Offers")
    PILOT = "pilot", _("Pilot projects")
    CONCEPT = "concept", _("Concepts")
    ARTICLE = "article", _("Knowledge")
    NEWS = "news", _("News")
    DECISION = "decision", _("Decisions")

    @property
    def number(self) -> int:
        """What stands for the kind in a posting; a new kind goes to the end."""
        return list(Kind).index(self)


class Document(CouncilRow):
    """One public row of another room that can be found. Holds no text of its own: what a page
    shows is read from the row itself, so that nothing outlives it here."""

    kind = models.CharField(max_length=10, choices=Kind.choices)
    row_id = models.PositiveBigIntegerField()
    digest = DigestField(max_length=64)
    indexed = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "kind", "row_id"], name="document_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.row_id}"


class Term(CouncilRow):
    """A word as the index knows it, and how many documents hold it."""

    text = DigestField(max_length=60)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "text"], name="term_once")]

    def __str__(self) -> str:
        return self.text


class Posting(CouncilRow):
    """A term of a document, and how much the document is about it, in thousandths.

    The index reads the documents of one kind that are most about a term, however many there are.
    """

    # The keys of the two indexes below are enough; single ones would double the table.
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+", db_index=False)
    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="+", db_index=False)
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="postings", db_index=False
    )
    kind = models.PositiveSmallIntegerField()
    weight = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["term", "kind", "-weight", "document"], name="posting_by_term")
        ]
        constraints = [models.UniqueConstraint(fields=["document", "term"], name="posting_once")]

    def __str__(self) -> str:
        return f"{self.term_id}:{self.weight}"


class Spelling(CouncilRow):
    """A word as it is written, below keys that a beginning or a misspelling of it leads to."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = DigestField(max_length=32)
    text = DigestField(max_length=30)
    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="spellings")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "key", "text"], name="spelling_once")
        ]

    def __str__(self) -> str:
        return self.text


class IndexState(CouncilRow):
    """How far a council's index has come: the entry of the log that it has seen, how many
    documents of each kind there are, when every row was last read, and how long that took."""

    log_seq = models.PositiveBigIntegerField(default=0)
    n_documents = models.PositiveIntegerField(default=0)
    kinds = models.JSONField(default=dict)
    seconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council"], name="index_state_once")]

    def __str__(self) -> str:
        return f"{self.log_seq}"
