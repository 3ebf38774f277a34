from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.notifications.models import Message


class FilterForm(forms.Form):
    """Which messages to list; read from the address."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *Message.State.choices],
    )
