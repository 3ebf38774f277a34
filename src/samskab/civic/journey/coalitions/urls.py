from __future__ import annotations

from django.urls import path

from samskab.civic.journey.coalitions import views

app_name = "coalitions"

urlpatterns = [
    path("behov/", views.need_list, name="needs"),
    path("behov/<int:pk>/ret/", views.need_edit, name="need_edit"),
    path("behov/<int:pk>/fjern/", views.need_remove, name="need_remove"),
    path("udfordringer/<int:pk>/kraefter/", views.overview, name="overview"),
    path("udfordringer/<int:pk>/kraefter/begynd/", views.gather, name="open"),
    path("udfordringer/<int:pk>/behov/nyt/", views.need_new, name="need_new"),
    path("udfordringer/<int:pk>/forslag/", views.propose, name="propose"),
    path("udfordringer/<int:pk>/forslag/nyt/", views.start, name="start"),
    path("udfordringer/<int:pk>/oensker/nyt/", views.wish_new, name="wish_new"),
    path("udfordringer/<int:pk>/aftale/ny/", views.agreement_new, name="agreement_new"),
    path("oensker/<int:pk>/fjern/", views.wish_remove, name="wish_remove"),
    path("forslag/<int:pk>/", views.proposal, name="proposal"),
    path("forslag/<int:pk>/del/", views.part_new, name="part_new"),
    path("forslag/<int:pk>/del/tjek/", views.part_check, name="part_check"),
    path("forslag/<int:pk>/spoerg/", views.ask, name="ask"),
    path("forslag/<int:pk>/laeg-vaek/", views.put_aside, name="set_aside"),
    path("forslag/<int:pk>/aftale/", views.draft, name="draft"),
    path("dele/<int:pk>/ret/", views.part_edit, name="part_edit"),
    path("dele/<int:pk>/ret/tjek/", views.part_edit_check, name="part_edit_check"),
    path("dele/<int:pk>/fjern/", views.part_remove, name="part_remove"),
    path("dele/<int:pk>/svar/", views.answer, name="answer"),
    path("aftaler/", views.agreement_list, name="agreements"),
    path("aftaler/<int:pk>/", views.agreement, name="agreement"),
    path("aftaler/<int:pk>/ret/", views.agreement_edit, name="agreement_edit"),
    path("aftaler/<int:pk>/smid-ud/", views.agreement_discard, name="discard"),
    path("aftaler/<int:pk>/pdf/", views.agreement_file, name="agreement_pdf"),
    path("aftaler/<int:pk>/afslut/", views.agreement_end, name="agreement_end"),
    path("underskrifter/<int:pk>/kode/", views.code, name="send_code"),
    path("underskrifter/<int:pk>/", views.sign, name="sign"),
    path("underskriv/<str:token>/", views.sign_link, name="sign_link"),
]
