from django.urls import path

from samskab.civic.foundation.notifications import views

app_name = "notifications"
urlpatterns = [
    path("udsendt-post/", views.outbox, name="outbox"),
    path("udsendt-post/<int:pk>/igen/", views.retry, name="retry"),
]
