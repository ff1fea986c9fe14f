"""Names of countries: a page says them in its language, and what is no country stays as the data have it."""

import pytest
from conftest import ROOT
from test_eda_figures import drawn

import eda_figures
from elt.eda.sentences import of_groups
from elt.report import countries
from elt.report.figure_ledger import Told
from elt.report.words import read

FILES = [ROOT / f"scripts/templates/countries.{language}.yaml" for language in ("en", "de")]
GROUPS = [{"country": "AT", "revenue": 9.0, "customers": 9}, {"country": "Poland", "revenue": 3.0, "customers": 9}]


def words(language):
    """The words of the exploration with names of countries."""
    said = read(ROOT / f"scripts/templates/eda.{language}.yaml")
    return {**said, "places": countries.names(FILES, language)}


@pytest.mark.parametrize("stated", ["AT", "at", "Austria", "Österreich", " AUSTRIA "])
def test_code_and_names_of_a_country_become_its_name_in_the_language(stated):
    assert countries.called(countries.names(FILES, "de"), stated) == "Österreich"
    assert countries.called(countries.names(FILES, "en"), stated) == "Austria"


@pytest.mark.parametrize("stated", ["n/a", "Bavaria", "", "Nordost"])
def test_what_is_no_country_stays_as_it_is(stated):
    assert countries.called(countries.names(FILES, "de"), stated) == stated
    assert countries.called(countries.names((), "de"), "Austria") == "Austria"


def test_no_spelling_stands_for_two_countries():
    found = {}
    for path in FILES:
        said = read(path)
        assert all(isinstance(code, str) and isinstance(name, str) for code, name in said["countries"].items())
        spelled = [*((code, code) for code in said["countries"]), *((n, c) for c, n in said["countries"].items())]
        for spelling, code in [*spelled, *said["also"].items()]:
            assert found.setdefault(spelling.casefold(), code) == code and code in said["countries"]
    assert len(found) > 500


def test_the_exploration_names_countries_in_its_language_in_text_and_chart(tmp_path):
    assert of_groups(GROUPS, "country", Told(words("de"))).title.startswith("Österreich")
    chart = drawn(eda_figures.revenue_by_country(GROUPS, words("de")), tmp_path)
    assert "Österreich" in chart and "Polen" in chart and "Poland" not in chart
