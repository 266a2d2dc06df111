"""The addresses that anybody may open, as the tests name them: routes of the code, and pages with what they name in braces."""

from geodata import registry

# What only who signed in may read, what writes, what is served from disk or asks others, what never ends.
ELSEWHERE = (
    "administration/", "gestion/", "connexion/", "deconnexion/", "mot-de-passe/", "adresse-electronique/", "partenaires/cles/", "api/webhooks", "api/exports",
    "api/propositions", "api/live", "api/fond/", "media/photos/", "api/collections/<slug:collection_id>/items/<uuid:key>/photos/",
    "api/^(?P<rest>(?s:.*))$", "integrer/chaine-des-parcs.js",
)  # fmt: skip
PAGES = [
    "/", "/oembed?url=http://testserver/integrer/cabanes/", "/carte/reseau.svg", "/sitemap.xml", "/sitemap-pages-1.xml", "/sitemap-cabanes-{part}.xml",
    "/robots.txt", "/carte/chiffres/cabanes/", "/carte/chiffres/cabanes.js", "/carte/{carte}/", "/carte/{carte}.js", "/carte/{carte}.html",
    "/integrer/cabanes/", "/integrer/cabanes.js", "/integrer/cabanes.json", "/integrer/cabanes.svg", "/partenaires/couche.qlr?collection=cabanes",
    "/partenaires/mirror.py", "/partenaires/etat/", "/partenaires/etat.json", "/partenaires/changements/", "/agenda/", "/agenda.ics", "/evenements/{evenement}.ics",
    "/sentiers/{sentier}.gpx", "/chiffres-cles/", "/historique/", "/partenaires/", "/accessibilite/", "/mentions-legales/", "/vie-privee/",
    "/plan-du-site/", "/parcs/{parc}/", "/cabanes/{slug}/", "/sentiers/{sentier}/", "/fermetures/{fermeture}/", "/evenements/{evenement}/",
    *(f"/{each.id}/" for each in registry.collections()),
]  # fmt: skip


def routes(resolver, before=""):
    """Every route below this resolver."""
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from routes(each, route)
        else:
            yield route


def public(resolver):
    """The routes that anybody may open."""
    return [each for each in routes(resolver) if not each.startswith(ELSEWHERE)]
