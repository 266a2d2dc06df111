"""The views of `benchmarks.textbook`."""

from django.http import HttpResponse
from django.urls import path
from rest_framework.generics import ListAPIView
from rest_framework.pagination import LimitOffsetPagination
from rest_framework_gis.filters import InBBoxFilter
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from cabanes.models import Cabane
from geodata import registry


class Features(GeoFeatureModelSerializer):
    """Every published property, as the manual says."""

    class Meta:
        model = Cabane
        geo_field = "geom"
        fields = registry.get("cabanes").properties


class Pages(LimitOffsetPagination):
    """A page as long as asked."""

    default_limit = 10


class Cabins(ListAPIView):
    """The textbook view."""

    queryset = Cabane.objects.filter(status="published").order_by("id")
    serializer_class = Features
    filter_backends = (InBBoxFilter,)
    bbox_filter_field = "geom"
    pagination_class = Pages


urlpatterns = [
    path("hello", lambda _request: HttpResponse(b'{"hello":"world"}', content_type="application/json")),
    path("textbook", Cabins.as_view()),
]
