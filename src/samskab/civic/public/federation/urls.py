from django.urls import path

from samskab.civic.public.federation import views

app_name = "federation"
bare_urlpatterns = [path(".well-known/webfinger", views.finger)]
urlpatterns = [
    path("ap/aktoer/", views.actor, name="actor"),
    path("ap/indbakke/", views.inbox, name="inbox"),
    path("ap/udbakke/", views.outbox, name="outbox"),
    path("ap/foelgere/", views.followers, name="followers"),
    path("ap/nyhed/<int:pk>/", views.note, name="note"),
    path("andre-netvaerk/", views.page, name="page"),
]
