"""Where each room's addresses are mounted. Pages have a prefix in English and Dutch, none in French."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, include, path

from carte import tasks
from carte.home.views import drawing, home
from carte.integrer import oembed
from carte.integrer.views import component
from carte.pages import sitemap
from comptes.views import ChangeAddress, ChangePassword, ConfirmAddress, ForgottenPassword, NewPassword, SignIn
from geodata.endpoints import photos

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("geodata.urls")),
    path("oembed", oembed.answer, name="oembed"),
    path("integrer/chaine-des-parcs.js", component, name="component"),
    path("carte/reseau.svg", drawing, name="picture"),
    path("media/photos/<slug:collection_id>/<uuid:key>/<str:name>", photos.copy, name="photo-copy"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<str:name>-<int:number>.xml", sitemap.part, name="sitemap-part"),
    path("robots.txt", sitemap.robots, name="robots"),
]
urlpatterns += i18n_patterns(
    path("", home, name="home"),
    path("administration/", admin.site.urls),
    path("gestion/", include("carte.gestion.urls")),
    path("connexion/", SignIn.as_view(redirect_authenticated_user=True), name="login"),
    path("deconnexion/", auth_views.LogoutView.as_view(), name="logout"),
    path("mot-de-passe/", ChangePassword.as_view(), name="password"),
    path("mot-de-passe/oublie/", ForgottenPassword.as_view(queue=tasks.queue_resets), name="password-forgotten"),
    path("mot-de-passe/<uidb64>/<token>/", NewPassword.as_view(), name="password-new"),
    path("adresse-electronique/", ChangeAddress.as_view(queue=tasks.queue_address_asked), name="address"),
    path(
        "adresse-electronique/<str:token>/",
        ConfirmAddress.as_view(queue=tasks.queue_address_changed),
        name="address-confirm",
    ),
    path("carte/", include("carte.embeds.urls")),
    path("integrer/", include("carte.integrer.urls")),
    path("partenaires/", include("carte.partenaires.urls")),
    path("", include("carte.pages.urls")),
    prefix_default_language=False,
)

handler400 = "carte.pages.errors.refused"
handler403 = "carte.pages.errors.forbidden"
handler404 = "carte.pages.errors.not_found"
handler500 = "carte.pages.errors.failure"
