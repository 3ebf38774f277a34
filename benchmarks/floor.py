"""All addresses of the site, and the floor: the page frame with nothing in it, after one query."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from samskab.civic.journey.challenges.models import Challenge
from samskab.config import urls
from samskab.config.urls import handler403, handler404, handler500

__all__ = ["floor", "handler403", "handler404", "handler500", "urlpatterns"]


def floor(request: HttpRequest) -> HttpResponse:
    first = Challenge.objects.filter(is_public=True).order_by("pk").first()
    return render(request, "ui/base.html", {"first": first})


urlpatterns = [path("gulv/", floor), *urls.urlpatterns]
