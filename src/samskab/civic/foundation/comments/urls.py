from django.urls import path

from samskab.civic.foundation.comments import views

app_name = "comments"
urlpatterns = [
    path("kommentarer/", views.queue, name="queue"),
    path("kommentarer/skriv/<int:pk>/", views.write, name="write"),
    path("kommentarer/bekraeft/<str:token>/", views.confirm, name="confirm"),
    path("kommentarer/<int:pk>/", views.moderate, name="moderate"),
]
