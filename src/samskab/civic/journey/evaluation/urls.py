from django.urls import path

from samskab.civic.journey.evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("evalueringer/", views.index, name="list"),
    path("evalueringer/<int:pk>/", views.detail, name="detail"),
    path("evalueringer/<int:pk>/pdf/", views.as_pdf, name="pdf"),
    path("evalueringer/<int:pk>/skriv/", views.write, name="write"),
    path("evalueringer/<int:pk>/raadet/", views.propose, name="propose"),
    path("evalueringer/<int:pk>/dom/", views.adopt, name="adopt"),
    path("evalueringer/<int:pk>/senere/", views.evaluate_later, name="evaluate_later"),
    path("udbytte/<int:pk>/", views.tell, name="tell"),
    path("pilotprojekter/<int:pk>/maaling/", views.desk, name="desk"),
    path("pilotprojekter/<int:pk>/maaling/ny/", views.add_measure, name="measure"),
    path("pilotprojekter/<int:pk>/maaling/koder/", views.make_codes, name="codes"),
    path("pilotprojekter/<int:pk>/maaling/runde/", views.open_round, name="open_round"),
    path("pilotprojekter/<int:pk>/evaluer/", views.evaluate, name="evaluate"),
    path("maalinger/<int:pk>/slet/", views.remove_measure, name="remove_measure"),
    path("runder/<int:pk>/paamind/", views.remind, name="remind"),
    path("runder/<int:pk>/luk/", views.close_round, name="close_round"),
    path("svar/", views.enter, name="enter"),
    path("svar/stop/<str:token>/", views.no_reminder, name="no_reminder"),
    path("svar/tablet/ny/", views.next_person, name="next_person"),
    path("svar/<str:code>/", views.mine, name="mine"),
    path("svar/<str:code>/besked/", views.reminder, name="reminder"),
    path("svar/<str:code>/<int:pk>/<int:number>/", views.question, name="question"),
    path("svar/<str:code>/<int:pk>/", views.answer, name="answer"),
]
