from django.urls import path

from samskab.civic.commons.culture import views

app_name = "culture"
urlpatterns = [
    path("raadet/kultur/", views.front, name="front"),
    path("raadet/kultur/svar/", views.answer, name="answer"),
    path("raadet/kultur/begynd/", views.begin, name="begin"),
    path("raadet/kultur/ark/", views.sheet, name="sheet"),
    path("raadet/kultur/ark.pdf", views.sheet_pdf, name="sheet_pdf"),
    path("raadet/kultur/luk/", views.close, name="close"),
    path("raadet/kultur/aflys/", views.call_off, name="call_off"),
]
