from geodata.params.bbox import Bbox
from geodata.params.items import ItemsQuery
from geodata.queries.items import is_like_others

SMALL = (2.70, 50.30, 2.72, 50.32)
WIDE = (2.0, 50.1, 3.4, 50.8)


def test_everything_and_small_boxes_share_a_plan():
    assert is_like_others(ItemsQuery())
    assert is_like_others(ItemsQuery(bbox=Bbox((SMALL,))))


def test_wide_boxes_and_conditions_are_planned_for_their_values():
    assert not is_like_others(ItemsQuery(bbox=Bbox((WIDE,))))
    assert not is_like_others(ItemsQuery(bbox=Bbox((SMALL, WIDE))))
    assert not is_like_others(ItemsQuery(bbox=Bbox((SMALL,)), filters={"kind": "abri"}))
    assert not is_like_others(ItemsQuery(filters={"kind": "abri"}))
