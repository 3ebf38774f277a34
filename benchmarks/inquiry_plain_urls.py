"""One address: GET gives a session and a token, POST inserts a row and redirects."""

from __future__ import annotations

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import path


class PlainVote(models.Model):
    """A row as wide as a vote, with the same rule of one for each person and statement."""

    statement = models.BigIntegerField()
    participant = models.BigIntegerField()
    value = models.SmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"
        constraints = [
            models.UniqueConstraint(fields=["participant", "statement"], name="plain_once")
        ]


def insert(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        PlainVote.objects.create(
            statement=int(request.POST["statement"]),
            participant=request.session["who"],
            value=int(request.POST["value"]),
        )
        return redirect("/")
    request.session.setdefault("who", int(request.GET.get("who", 0)))
    token = get_token(request)
    return HttpResponse(f'<input name="csrfmiddlewaretoken" value="{token}">')


urlpatterns = [path("", insert)]
