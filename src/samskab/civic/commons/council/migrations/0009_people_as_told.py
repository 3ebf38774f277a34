from datetime import date

from django.db import migrations


def tie_terms(apps, schema_editor):
    """Terms of one name were told as one person, unless they belonged to different accounts.
    What was told stays; only those who sat at the same time are two people after all."""
    Term = apps.get_model("council", "Term")
    named = {}
    for term in Term.objects.order_by("council_id", "pk"):
        name = " ".join(term.holder_name.split()).casefold()
        named.setdefault((term.council_id, name), []).append(term)
    for same in named.values():
        several = len({term.user_id for term in same} - {None}) > 1
        people = []
        for term in same:
            for person in people:
                if _may_be(person, term, several):
                    Term.objects.filter(pk=term.pk).update(person=person[0].pk)
                    person.append(term)
                    break
            else:
                people.append([term])


def _may_be(person, term, several):
    if several and (term.user_id is None or term.user_id != person[0].user_id):
        return False
    return not any(_together(one, term) for one in person)


def _together(one, other):
    """Whether they sat at the same time; on the day of the change they did not."""
    ends = [term.until or date.max for term in (one, other)]
    starts = [term.since or date.min for term in (one, other)]
    return max(starts) < min(ends)


class Migration(migrations.Migration):

    dependencies = [
        ('council', '0008_person_of_a_term'),
    ]

    operations = [migrations.RunPython(tie_terms, migrations.RunPython.noop)]
