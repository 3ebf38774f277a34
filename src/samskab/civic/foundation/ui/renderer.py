from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import TemplateDoesNotExist


class Renderer(TemplatesSetting):
    """Forms and fields in the shape of DKFDS; the controls themselves stay Django's."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
    controls = DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return self.controls.get_template(template_name)
