"""Import of the catalogue in two steps, of which the second does what the first has shown, or nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV
from import_export.forms import ConfirmImportForm
from import_export.results import Result
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from tracker.catalogue.versions import current_state


class ConfirmForm(ConfirmImportForm):  # type: ignore[misc]
    """Remembers what the catalogue was when the preview was made."""

    catalogue_number = forms.IntegerField(widget=forms.HiddenInput)


class CatalogueImportAdmin(ImportExportModelAdmin):  # type: ignore[misc]
    import_form_class = ImportForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    formats = (CSV,)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """A file can hold new entries, whose codes are for ever."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        return {**initial, "catalogue_number": current_state().number}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        said = getattr(kwargs.get("form"), "cleaned_data", {})
        return {**super().get_import_data_kwargs(**kwargs), "expected_number": said.get("catalogue_number")}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.create_confirm_form(request)
        if request.method == "POST" and self.has_import_permission(request) and form.is_valid():
            waiting = self.get_tmp_storage_class()(name=form.cleaned_data["import_file_name"])
            if waiting.read() is None:
                return self._again(request, "This file is not waiting any more: choose it again.")
        answer: HttpResponse = super().process_import(request, **kwargs)
        return answer

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        problems = [str(error.error) for error in result.base_errors]
        problems += [str(error.error) for _, errors in result.row_errors() for error in errors]
        problems += [f"Line {row.number}: {row.error}" for row in result.invalid_rows]
        if problems:
            return self._again(request, f"Nothing was imported. {problems[0]}")
        answer: HttpResponse = super().process_result(result, request)
        return answer

    def _again(self, request: HttpRequest, why: str) -> HttpResponse:
        messages.error(request, why)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import"))
