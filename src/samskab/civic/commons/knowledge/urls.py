from django.urls import path

from samskab.civic.commons.knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("viden/", views.index, name="list"),
    path("viden/ny/", views.write, name="write"),
    path("viden/forslag/", views.suggestions, name="suggestions"),
    path("viden/forslag/nyt/", views.suggest, name="suggest"),
    path("viden/forslag/<int:pk>/", views.answer, name="answer"),
    path("viden/<slug:slug>/", views.detail, name="detail"),
    path("viden/<slug:slug>/forslag/", views.suggest, name="suggest_to"),
    path("viden/<slug:slug>/nyttig/", views.useful, name="useful"),
    path("viden/<slug:slug>/udgaver/", views.editions, name="editions"),
    path("viden/<slug:slug>/ret/", views.edit, name="edit"),
]
