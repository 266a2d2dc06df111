"""Which features of a file become which ground: OSM tags (a `.osm.pbf`) or layers of IGN's BD TOPO (a `.gpkg`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Features of a layer that satisfy an OGR SQL condition, as ground of a kind and rank."""

    layer: str
    where: str
    kind: str
    rank: int = 0
    name: str = "name"


OSM = (
    Rule("multipolygons", "landuse IN ('residential','industrial','commercial','retail')", "built"),
    Rule("multipolygons", "natural = 'water' OR landuse IN ('reservoir','basin')", "water"),
    Rule("multipolygons", "natural = 'wood' OR landuse = 'forest'", "wood"),
    Rule("lines", "waterway IN ('river','canal')", "water"),
    Rule("lines", "highway IN ('motorway','trunk')", "road", 0),
    Rule("lines", "highway IN ('primary','secondary')", "road", 1),
    Rule("lines", "highway IN ('tertiary','unclassified')", "road", 2),
    Rule(
        "lines",
        "highway IN ('residential','living_street','pedestrian','cycleway','footway','path','track')",
        "road",
        3,
    ),
    Rule("lines", 'other_tags LIKE \'%"railway"=>"rail"%\'', "rail"),
    Rule("points", "place IN ('city','town')", "place", 0),
    Rule("points", "place IN ('village','suburb')", "place", 1),
)
IGN = (
    Rule("zone_d_habitation", "", "built", 0, "toponyme"),
    Rule("plan_d_eau", "", "water", 0, "toponyme"),
    Rule("surface_hydrographique", "", "water", 0, ""),
    Rule("zone_de_vegetation", "", "wood", 0, ""),
    Rule("troncon_de_route", "importance IN ('1','2')", "road", 0, ""),
    Rule("troncon_de_route", "importance IN ('3','4')", "road", 1, ""),
    Rule("troncon_de_route", "importance = '5'", "road", 2, ""),
    Rule("troncon_de_voie_ferree", "", "rail", 0, ""),
)
ATTRIBUTION = {".pbf": "© OpenStreetMap (ODbL)", ".gpkg": "© IGN BD TOPO (Licence Ouverte 2.0)"}
