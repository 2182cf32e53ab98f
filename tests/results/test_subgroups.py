"""Responses by subgroup, counted by hand in the ten patients; limits by scipy's beta quantiles."""

import pytest
import yaml
from scipy.stats import beta

from datasets.ten_patients.folder import CUT, write_study
from helpers.results.cut import open_cut
from helpers.results.schema import KEYS, select
from helpers.study.reading import read_study

# Treated are T01 to T08; all but T03 and T04 were in remission. Women: T01, T04, T05, T08; T08 has testicular disease.
COUNTED = {
    ("SEX", "Female"): (3, 4),
    ("SEX", "Male"): (3, 4),
    ("DONOR", "Haploidentical"): (4, 5),
    ("DONOR", "Matched sibling"): (2, 2),
    ("DONOR", "Matched unrelated"): (0, 1),
    ("EMFL", "Y"): (1, 1),
    ("EMFL", "N"): (5, 7),
    ("CHILDFL", "Y"): (0, 0),
    ("CHILDFL", "N"): (6, 8),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "zhengzhou")), CUT).results


def read(results, group, level, param="CR"):
    rows = select(results, analysis="proportion", param=param, population="SAFFL", group=group, level=level)
    return dict(zip(rows["stat"], rows["value"], strict=True))


@pytest.mark.parametrize(("group", "level"), COUNTED)
def test_patients_and_responders(results, group, level):
    found = read(results, group, level)
    assert (found["n"], found["N"]) == COUNTED[group, level]


def test_limits_are_exact(results):
    """Clopper and Pearson: quantiles of beta(n, N - n + 1) and beta(n + 1, N - n)."""
    found = read(results, "DONOR", "Haploidentical")
    assert found["lcl"] == pytest.approx(beta.ppf(0.025, 4, 2), abs=1e-12)
    assert found["ucl"] == pytest.approx(beta.ppf(0.975, 5, 1), abs=1e-12)


def test_every_response_has_every_subgroup(results):
    rows = select(results, analysis="proportion", group="HSCTSTAT", stat="n")
    assert set(rows["param"]) == {"CR", "MRDRESP", "ORR"}
    assert rows.groupby("param").size().unique().tolist() == [3]


def test_a_stratum_that_is_a_subgroup_too_stands_once(results):
    assert not results.duplicated([*KEYS, "time_months", "stat"]).any()
    assert len(select(results, analysis="proportion", param="CR", population="SAFFL", group="DISSTAT", stat="n")) == 2


def test_without_marrow_assessments_there_are_no_subgroups(tmp_path):
    folder = write_study(tmp_path / "zhengzhou")
    (folder / "raw" / "response.csv").unlink()
    results = open_cut(str(folder), CUT).results
    assert select(results, analysis="proportion", group="SEX").empty


def test_subgroups_must_be_declared_variables(tmp_path):
    folder = write_study(tmp_path / "zhengzhou")
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))
    (folder / "study.yml").write_text(yaml.safe_dump({**declared, "subgroups": ["AGE"]}), "utf-8")
    with pytest.raises(Exception, match="subgroup AGE is not a declared categorical variable or flag"):
        read_study(str(folder))
