from __future__ import annotations

from django.urls import path

from samskab.civic.foundation.imports import views

app_name = "imports"

urlpatterns = [
    path("import/", views.front, name="front"),
    path("import/fil/<int:pk>/", views.look, name="look"),
    path("import/fil/<int:pk>/kolonner/", views.columns, name="columns"),
    path("import/fil/<int:pk>/hent-ind/", views.take, name="take"),
    path("import/fil/<int:pk>/igen/", views.again, name="again"),
    path("import/fil/<int:pk>/smid-vaek/", views.throw, name="throw"),
    path("import/<slug:kind>/", views.start, name="start"),
    path("import/<slug:kind>/skabelon.<slug:ending>", views.template, name="template"),
]
