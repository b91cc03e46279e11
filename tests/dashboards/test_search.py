"""One box: what it finds, for whom, and where it leads."""

from __future__ import annotations

from django.urls import reverse

from liaison.dashboards import finder
from tests.factories import CompanyFactory, TicketFactory, at


def labels(words, official):
    return {group.label: group.total for group in finder.find(words, official=official)}


def test_finds_companies_problems_people_and_units(cast):
    TicketFactory(enrolment=cast.enrolment, title="云桥门口限行", at=at(2026, 3, 2))
    assert labels("云桥", cast.office) == {"企业": 1, "问题": 1}
    assert labels("林小舟", cast.office) == {"干部": 1}
    assert labels("供电", cast.office)["单位"] == 1


def test_finds_by_pinyin(cast):
    company = CompanyFactory(region=cast.county, name="临江岚禾食品有限公司", pinyin="linjianglanheshipin")
    (group,) = finder.find("LANHE", official=cast.office)
    assert [hit.title for hit in group.hits] == [company.name]


def test_stays_within_the_scope(cast):
    assert labels("云桥", cast.official) == {"企业": 1}
    assert labels("云桥", cast.stranger) == {}
    assert "干部" not in labels("林小舟", cast.leader)  # the directory is not every role's to browse


def test_shows_ten_and_opens_all(cast, client_as):
    for _ in range(12):
        CompanyFactory(region=cast.county)
    found = finder.find("有限公司", official=cast.office)[0]
    assert (len(found.hits), found.total) == (10, 14)
    assert client_as("office").get(found.url).context["page"].paginator.count == 14


def test_each_group_opens_as_many_rows_as_it_counts(cast, client_as):
    TicketFactory(enrolment=cast.enrolment, title="云川大道限行", at=at(2026, 3, 2))
    client = client_as("office")
    for group in finder.find("云川", official=cast.office):
        assert client.get(group.url).context["page"].paginator.count == group.total, group.label


def test_whole_code_or_number_leads_straight_there(cast, client_as):
    ticket = TicketFactory(enrolment=cast.enrolment, at=at(2026, 3, 2))
    client = client_as("office")
    response = client.get(reverse("search"), {"q": cast.company.uscc.lower()})
    assert response.url == cast.company.get_absolute_url()
    assert client.get(reverse("search"), {"q": ticket.number}).url == ticket.get_absolute_url()
    assert client_as("stranger").get(reverse("search"), {"q": ticket.number}).status_code == 200


def test_says_what_to_try_when_nothing_is_found(client_as):
    assert "没有找到" in client_as("office").get(reverse("search"), {"q": "查无此名"}).content.decode()
    assert "想找什么" in client_as("office").get(reverse("search")).content.decode()
