from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.imports.kinds import Kind
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.tables import unpack
from samskab.engine.sheets import MAX_BYTES

SAMPLES = 3


class UploadForm(CivicForm):
    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("CSV or XLSX. You see everything before it is taken in."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "empty": gettext_lazy("The file is empty."),
            "required": gettext_lazy("Choose a file."),
        },
    )

    def clean_file(self) -> Any:
        """Told by its size before a byte of it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            text = _("The file is larger than %(limit)s MB. Part it into several files.")
            raise forms.ValidationError(text % {"limit": MAX_BYTES // 1_000_000})
        return file

    def values(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        return {"file_name": file.name, "data": file.read()}


class ColumnsForm(CivicForm):
    """One choice for each of our columns, with what stands in the first rows of the file."""

    def __init__(self, *args: Any, kind: Kind, upload: Upload, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = unpack(bytes(upload.table))[:50]
        choices = [("", _("Not in the file"))]
        for index, heading in enumerate(upload.headings):
            cells = [c[index] for _number, c in first if index < len(c) and c[index]]
            sample = ", ".join(" ".join(cell.split())[:25] for cell in cells[:SAMPLES])
            choices.append((str(index), f"{heading}: {sample}" if sample else heading))
        for column in kind.columns:
            self.fields[column.name] = forms.ChoiceField(
                label=str(column.label),
                help_text=str(column.help),
                required=column.required,
                choices=choices,
                initial=str(upload.columns.get(column.name, "")),
                error_messages={"required": _("Choose a column: this one is needed.")},
            )

    def chosen(self) -> dict[str, int]:
        return {name: int(index) for name, index in self.values().items() if index != ""}
