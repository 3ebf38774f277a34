from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from samskab.civic.foundation.ui import pictures, samples


def patterns(request: HttpRequest) -> HttpResponse:
    """Every component with its parameters, drawn."""
    return render(request, "ui/patterns.html", samples.context())


def picture(request: HttpRequest, title: str) -> HttpResponse:
    """What a shared link to a page shows. Only titles that a page of ours has given out."""
    words = pictures.title_of(title)
    if words is None:
        raise Http404
    name = request.council.name  # type: ignore[attr-defined]
    response = HttpResponse(pictures.picture(words, name), content_type="image/png")
    response["Cache-Control"] = "public, max-age=604800"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
