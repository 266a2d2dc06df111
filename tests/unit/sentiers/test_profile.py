import pytest

from sentiers.profile import profile

LINE = [(0, 0), (300, 400), (300, 400), (300, 900)]


def test_distances_are_those_of_the_line_in_metres():
    drawn = profile(LINE, [30, 40, 40, 35])
    assert drawn.at_m == (0, 500, 1000)
    assert (drawn.low_m, drawn.high_m, drawn.length_m) == (30, 40, 1000)


def test_heights_between_points_are_interpolated():
    assert profile(LINE, [30, 40, 40, 35]).height_at(750) == pytest.approx(37.5)


def test_the_table_has_equal_steps_and_slopes():
    samples = profile(LINE, [30, 40, 40, 35]).samples
    assert [sample.at_m for sample in samples] == [100 * step for step in range(11)]
    assert samples[0].slope_pct is None
    assert samples[1].slope_pct == pytest.approx(2)
    assert samples[10].slope_pct == pytest.approx(-1)


def test_the_drawing_starts_at_the_left_and_ends_at_the_right():
    path = profile(LINE, [30, 40, 40, 35]).path
    assert path.startswith("M0,160L0.0,")
    assert path.endswith("L640,160Z")


def test_a_flat_towpath_is_not_a_mountain():
    path = profile([(0, 0), (1000, 0)], [30, 31]).path
    heights = [float(spot.split(",")[1]) for spot in path[len("M0,160L") : -len("L640,160Z")].split("L")]
    assert max(heights) - min(heights) < 5


@pytest.mark.parametrize("heights", [None, [], [30, 40]])
def test_a_height_that_lacks_gives_no_profile(heights):
    assert profile(LINE, heights) is None


def test_a_line_without_length_gives_no_profile():
    assert profile([(5, 5), (5, 5)], [30, 30]) is None
