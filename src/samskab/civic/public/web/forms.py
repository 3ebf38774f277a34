from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.forms import CivicForm


class CouncilForm(CivicForm):
    purpose = forms.CharField(
        label=_("What the council is for, in Danish"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands on the front page. Three short sentences."),
    )
    purpose_en = forms.CharField(
        label=_("What the council is for, in English"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    contact_email = forms.EmailField(label=_("E-mail of the secretariat"))
    was_url = forms.URLField(
        label=_("Address of the accessibility statement"),
        required=False,
        assume_scheme="https",
        help_text=_("The statement that you have made in the public WAS tool."),
    )
