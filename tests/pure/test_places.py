"""What a region's path says of its place."""

from liaison.places import county_of, line_of

CITY, COUNTY, TOWN = "519900/", "519900/519902/", "519900/519902/519902001/"


def test_a_place_lies_in_one_county_and_the_city_in_none():
    assert [county_of(path) for path in (TOWN, COUNTY, CITY)] == [COUNTY, COUNTY, ""]


def test_a_place_stands_at_the_end_of_its_line():
    assert line_of(TOWN) == [CITY, COUNTY, TOWN]
    assert line_of(CITY) == [CITY]
    assert line_of("") == []
