from django.urls import path

from samskab.civic.journey.pilots import views

app_name = "pilots"
urlpatterns = [
    path("pilotprojekter/", views.index, name="list"),
    path("udfordringer/<int:pk>/pilot/", views.start, name="start"),
    path("pilotprojekter/<int:pk>/", views.detail, name="detail"),
    path("pilotprojekter/<int:pk>/plan/", views.plan, name="plan"),
    path("pilotprojekter/<int:pk>/teori/", views.theory, name="theory"),
    path("pilotprojekter/<int:pk>/teori.svg", views.theory_drawing, name="drawing"),
    path("pilotprojekter/<int:pk>/opgave/", views.add_crew, name="crew"),
    path("opgaver/<int:pk>/slet-i-pilot/", views.remove_crew, name="remove_crew"),
    path("pilotprojekter/<int:pk>/begynd/", views.begin, name="begin"),
    path("pilotprojekter/<int:pk>/slut/", views.end, name="end"),
    path("pilotprojekter/<int:pk>/milepael/", views.add_milestone, name="milestone"),
    path("milepaele/<int:pk>/naaet/", views.reach_milestone, name="reach_milestone"),
    path("milepaele/<int:pk>/slet/", views.remove_milestone, name="remove_milestone"),
    path("pilotprojekter/<int:pk>/risiko/", views.add_risk, name="risk"),
    path("risici/<int:pk>/accept/", views.accept_risk, name="accept_risk"),
    path("pilotprojekter/<int:pk>/dagbog/", views.write_journal, name="journal"),
    path("dagbog/<int:pk>/slet/", views.remove_entry, name="remove_entry"),
    path("dagbog/<int:pk>/foto/", views.photo, name="photo"),
]
