"""Names of towns keep clear of numbers, of each other and of the edge."""

from carte.home.lettering import placed

SIZE = (720, 480)


def boxes(towns, spots=()):
    return [name.box for name in placed(towns, SIZE, spots, 19)]


def test_a_name_stands_on_its_town_where_nothing_is_in_the_way():
    (name,) = placed([("Lens", 300, 200)], SIZE)
    assert (name.text, name.x, name.y) == ("Lens", 300, 200)


def test_a_name_moves_away_from_a_number():
    (name,) = placed([("Lens", 300, 200)], SIZE, [(300, 195, 1)], 19)
    left, top, right, bottom = name.box
    assert bottom <= 195 - 19 or top >= 195 + 19 or right <= 300 - 19 or left >= 300 + 19


def test_of_two_towns_at_one_place_both_are_read_or_the_larger():
    first, second = boxes([("Lens", 300, 200), ("Liévin", 305, 203)])
    assert first[3] <= second[1] or second[3] <= first[1] or first[2] <= second[0] or second[2] <= first[0]
    crowd = [(x, y, 1) for x in range(200, 420, 30) for y in range(140, 260, 30)]
    assert boxes([("Lens", 300, 200)], crowd) == []


def test_nothing_runs_over_the_edge():
    names = list(placed([("Bruay-la-Buissière", 10, 200), ("Hénin-Beaumont", 715, 475), ("Loin", 900, 20)], SIZE))
    assert {name.text for name in names} == {"Bruay-la-Buissière", "Hénin-Beaumont"}
    for left, top, right, bottom in (name.box for name in names):
        assert left >= 0
        assert top >= 0
        assert right <= 720
        assert bottom <= 480
