from django.urls import path

from samskab.civic.journey.concepts import views

app_name = "concepts"
bare_urlpatterns = [
    path("koncepter/schema.json", views.schema, name="concept_schema"),
    path("koncepter/pakke.schema.json", views.manifest_schema, name="concept_package_schema"),
    path("koncepter/svar.schema.json", views.report_schema, name="concept_report_schema"),
]
urlpatterns = [
    path("koncepter/", views.index, name="list"),
    path("koncepter/hvor-sikkert/", views.levels, name="levels"),
    path("koncepter/fra-andre/", views.elsewhere, name="elsewhere"),
    path("koncepter/fra-andre/hent/", views.fetch, name="fetch"),
    path("koncepter/hent/", views.import_file, name="import"),
    path("koncepter/svar/", views.take_report, name="take_report"),
    path("koncepter/<int:pk>/", views.detail, name="detail"),
    path("koncepter/<int:pk>/version/<int:number>/", views.version, name="version"),
    path("koncepter/<int:pk>/version/<int:number>/forskel/", views.changes, name="changes"),
    path("koncepter/<int:pk>/version/<int:number>/pakke/", views.download, name="package"),
    path("koncepter/<int:pk>/version/<int:number>/pdf/", views.pdf, name="pdf"),
    path("koncepter/<int:pk>/version/<int:number>/fil/<str:name>", views.material, name="material"),
    path("koncepter/<int:pk>/kladde/", views.draft, name="draft"),
    path("koncepter/<int:pk>/kladde/ret/", views.edit, name="edit"),
    path("koncepter/<int:pk>/kladde/behov/", views.add_requirement, name="add_requirement"),
    path("koncepter/<int:pk>/kladde/behov/fjern/", views.drop_requirement, name="drop_requirement"),
    path("koncepter/<int:pk>/kladde/fil/", views.add_material, name="add_material"),
    path("koncepter/<int:pk>/kladde/fil/fjern/", views.drop_material, name="drop_material"),
    path("koncepter/<int:pk>/kladde/udgiv/", views.publish, name="publish"),
    path("koncepter/<int:pk>/ny-version/", views.begin_version, name="begin_version"),
    path("koncepter/svar/<int:pk>/taeller-ikke/", views.set_aside, name="set_aside"),
    path("koncepter/svar/<int:pk>/taeller/", views.count_again, name="count_again"),
    path("koncepter/<int:pk>/brug/", views.adopt, name="adopt"),
    path("udfordringer/<int:pk>/koncept/", views.write, name="write"),
    path("brug/<int:pk>/", views.adoption, name="adoption"),
    path("brug/<int:pk>/behov/", views.take_needs, name="take_needs"),
    path("brug/<int:pk>/plan/", views.take_plan, name="take_plan"),
    path("brug/<int:pk>/start/", views.begin_use, name="begin_use"),
    path("brug/<int:pk>/fortael/", views.report, name="report"),
    path("brug/<int:pk>/svar.json", views.report_file, name="report_file"),
]
