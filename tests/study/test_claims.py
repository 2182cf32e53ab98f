"""published.yml: claims whose checks point nowhere are refused."""

from decimal import Decimal

import pytest
import yaml

from helpers.study.claims import PublishedClaims, read_published_claims
from helpers.study.errors import UsageError
from helpers.study.reading import read_study

CLAIM = {
    "id": "S01",
    "place": "Summary",
    "printed": "9.10 months",
    "about": "A median",
    "values": {"median": "9.10"},
    "checks": [{"against": "missing", "data": "times by patient"}],
}


def read(write_study, *claims):
    folder = write_study()
    content = {"citation": "nobody2000", "denominators": {17: "all"}, "claims": list(claims)}
    (folder / "published.yml").write_text(yaml.safe_dump(content), "utf-8")
    return read_published_claims(read_study(str(folder)))


def test_a_printed_number_keeps_its_digits(write_study):
    """9.10 is more precise than 9.1: two decimals."""
    published = read(write_study, CLAIM)
    assert isinstance(published, PublishedClaims)
    assert published.claims[0].values["median"].as_tuple() == Decimal("9.10").as_tuple()


def test_a_study_without_claims_has_none(write_study):
    assert read_published_claims(read_study(str(write_study()))) is None


FAULTS = {
    "stands twice": [CLAIM, CLAIM],
    "refers to S02, which does not exist": [{**CLAIM, "checks": [{"against": "same", "as": ["S02"]}]}],
    "refers to S01.n, which does not exist": [
        {**CLAIM, "checks": [{"against": "sum", "parts": ["S01.n", 2], "total": 17}]}
    ],
    "refers to T1-01.n, which does not exist": [{**CLAIM, "checks": [{"against": "union", "of": ["T1-01.n"]}]}],
    "claims.1.values.median": [{**CLAIM, "values": {"median": "about nine"}}],
    "claims.1.values.medium": [{**CLAIM, "values": {"medium": 9}}],
    "claims.1.values": [{**CLAIM, "values": {}}],
    "claims.1.checks": [{**CLAIM, "checks": []}],
    "claims.1.checks.1": [{**CLAIM, "checks": [{"against": "feeling"}]}],
    "claims.1.checks.1.missing.datum": [{**CLAIM, "checks": [{"against": "missing", "data": "x", "datum": "y"}]}],
    "claims.1.id": [{**CLAIM, "id": "the first"}],
    "finite number": [{**CLAIM, "values": {"median": "nan"}}],
}


@pytest.mark.parametrize(("said", "claims"), FAULTS.items(), ids=FAULTS)
def test_what_does_not_fit_is_refused_with_its_place(write_study, said, claims):
    with pytest.raises(UsageError, match=r"published\.yml") as caught:
        read(write_study, *claims)
    assert said in str(caught.value)
