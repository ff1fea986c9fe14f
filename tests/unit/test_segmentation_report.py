"""Segmentation report: sentences come from the model, in both languages, and hide what must be hidden."""

import pytest
from conftest import ROOT

import segmentation_report as script
from elt.report.figure_ledger import Told
from elt.report.words import read
from elt.segmentation.report_sections import evidence_table, rule_text

WORDS = {language: read(ROOT / f"scripts/templates/segmentation.{language}.yaml") for language in ("en", "de")}


def said(language):
    """The words, which enter each figure."""
    return Told(WORDS[language])


def segment(number, **change):
    text = {"en": f"Group *{number}*", "de": f"Gruppe {number}"}
    return {
        "label": number,
        "name": text,
        "rule": [{"feature": "monetary", "above": 0.5, "label": {"en": "Revenue", "de": "Umsatz"}}],
        "action": {"en": "Call them", "de": "Anrufen"},
        "success": {"en": "Orders", "de": "Aufträge"},
        "is_no_action": False,
        "is_suppressed": False,
        "jaccard": 0.9,
        "measure": "repeat_share",
        "figures": {"repeat_share": 0.25, "active_share": None, "average_order_value": 514.4, "revenue_of_year": 9000.5}
        | {"gross_margin": None, "margin_rate": None},
        "nearest": 1,
        "borderline_share": 0.125,
        "customers": 1200,
        "customer_share": 0.25,
        "revenue": 1234567.5,
        "revenue_share": 0.75,
        "centre": {"monetary": 1028.81},
        "distinguishing": [
            {"feature": "monetary", "deviation": 1.2, "label": {"en": "Revenue", "de": "Umsatz"}}
            | {"words": {"en": "far above average", "de": "weit über dem Durchschnitt"}}
        ],
    } | change


HIDDEN = dict.fromkeys(
    ["figures", "nearest", "borderline_share", "customers", "customer_share", "revenue", "revenue_share", "centre"]
) | {
    "is_suppressed": True,
    "distinguishing": [],
    "rule": [],
}


def model(*segments, by="evidence", **change):
    return {
        "seed": 42,
        "rows": 900,
        "minimum_group": 5,
        "cycle_days": 130.0,
        "choice": {"k": len(segments), "by": by, "asked": "auto", "k_min": 2, "k_max": 8, "minimum_share": 0.03}
        | {
            "minimum_customers": 30,
            "bootstraps": 100,
            "screened": 20,
            "resample_rows": 900,
            "silhouette_samples": 20,
            "border": 0.8,
            "stable_from": 0.75,
            "unstable_below": 0.6,
            "silhouette_rows": 900,
        },
        "features": [
            {"name": "monetary", "label": {"en": "Revenue", "de": "Umsatz"}, "is_used": True, "is_logged": True}
            | {"refused": None, "near_duplicate_of": None, "overall": 100.0},
            {"name": "twin", "label": {"en": "Twin", "de": "Zwilling"}, "is_used": False, "is_logged": False}
            | {"refused": "near_duplicate", "near_duplicate_of": "monetary", "overall": 100.0},
        ],
        "evidence": [
            {
                "k": 2,
                "silhouette": 0.5074,
                "silhouette_error": 0.0042,
                "resamples": 100,
                "davies_bouldin": 0.78,
                "smallest_customers": None,
            }
            | {"lowest_jaccard": 0.932, "is_eligible": True}
        ],
        "segments": list(segments),
        "versions": {"scikit-learn": "1", "numpy": "2"},
    } | change


def test_the_title_says_what_the_strongest_segment_brings():
    title = script.report(model(segment(1), segment(2)), said("en")).splitlines()[0]
    assert (
        title
        == "# 2 customer segments; “Group \\*1\\*” are 25.0\xa0% of the customers in them and bring 75.0\xa0% of these customers' revenue"
    )


def test_german_reports_use_german_numbers_and_words():
    text = script.report(model(segment(1), segment(2)), said("de"))
    assert "| 1 | Gruppe 1 | 1.200 | 25,0\xa0% | 1.234.567,50 | 75,0\xa0% | stabil (0,90) |" in text
    assert "| Umsatz | weit über dem Durchschnitt | 1.028,81 | 100,00 | +1,20 |" in text
    assert "**Namensregel:** Umsatz &gt; +0,5 SA." in text


def test_the_nearest_segment_and_the_share_of_borderline_customers_are_told():
    told = segment(2, nearest=1), segment(1, nearest=2, borderline_share=None)
    text = script.report(model(*told), said("en"))
    assert "The nearest segment is “Group \\*1\\*”; borderline are 12.5\xa0% of these customers." in text
    assert "“Group \\*2\\*”; how many are borderline is withheld, as fewer than 5 customers" in text


def test_what_segments_are_like_is_a_table_and_a_withheld_figure_is_a_dash():
    text = script.report(model(segment(1), segment(2, **HIDDEN)), said("de"))
    assert "| Segment | mit zweitem Auftrag | durchschnittlicher Auftragswert | Umsatz der letzten 365 Tage |" in text
    assert "| Gruppe 1 | 25,0\xa0% | 514,40 | 9.000,50 |" in text and "| Gruppe 2 | 25" not in text
    assert "Der Wiederkaufzyklus des Unternehmens beträgt 130 Tage" in text
    section = text.partition("## Was die Segmente kaufen und einbringen")[2].partition("##")[0]
    assert "514,40" in section and "Rohertrag" not in section, "nobody's costs are known"


def test_an_action_has_a_baseline_and_a_value_with_the_sum_that_gives_it():
    text = script.report(model(segment(1), segment(2, is_no_action=True)), said("en"))
    assert text.count("**Baseline today:** with a second order: 25.0\xa0%.") == 2
    assert text.count("**Value of the action:**") == 1
    assert (
        "120 customers, every tenth, ordered once more at the average order value (514.40): 61,728 of revenue" in text
    )


NAMED = [{"label": number, "name": {"en": f"Then {number}", "de": f"Damals {number}"}} for number in (1, 4)]
MOVES = {
    "1": {"4": 20, "5": None, "gone": 0},
    "4": {"4": 1100, "5": None, "gone": 9},
    "new": {"4": 7, "5": 8, "gone": 0},
}
MOVED = {"migration": {"run": "r_1", "segments": NAMED, "moves": MOVES}}


def test_who_moved_since_an_earlier_run_is_a_table_and_few_customers_are_a_dash():
    now = segment(4, is_kept=True, nearest=5), segment(5, is_kept=False, nearest=4)
    text = script.report(model(*now, **MOVED), said("de"))
    assert "## 1 von 2 Segmenten behalten die Nummer aus dem Lauf r\\_1" in text
    assert "| damals | 4\\. Gruppe 4 | 5\\. Gruppe 5 | in keinem Segment mehr |" in text
    assert "| 4\\. Damals 4 | 1.100 | – | 9 |" in text and "| damals in keinem Segment | 7 | 8 | 0 |" in text
    assert "Weniger als 5 Kunden würden erkennbar" in text and "nach fallendem Umsatz nummeriert" not in text


def test_the_map_has_a_title_a_text_for_who_does_not_see_it_and_says_how_to_read_it():
    density = {"explained": [0.5, 0.21], "levels": [6, 20, 80], "cells": [[0, 0, 1, 3]], "centres": {"1": [-1.5, 2.0]}}
    text = script.report(model(segment(1), segment(2, **HIDDEN), map=density), said("en"))
    assert "## Two directions hold 71\xa0% of what tells customers apart" in text
    assert "centres of the segments: Group \\*1\\* at -1.5 and 2.0.](../figures/segment_density.svg)" in text.replace(
        "−", "-"
    )
    assert "places with 6 customers or more, larger ones for 20 and 80" in text
    assert "segment_density" not in script.report(
        model(segment(1), segment(2), map=density | {"cells": []}), said("en")
    )


def test_the_limits_of_segments_are_a_table_and_a_segment_without_any_is_left_out():
    within = {"share": 0.9, "people": 30, "ranges": {"recency_days": [10.0, 400.0], "monetary": [1200.0, 46000.0]}}
    text = script.report(model(segment(1, limits=within), segment(2, limits=None)), said("de"))
    assert "| Segment | Kunden in jedem Bereich | Tage seit dem letzten Auftrag | Umsatz |" in text
    assert "| Gruppe 1 | 90\xa0% | 10\xa0–\xa0400 | 1.200\xa0–\xa046.000 |" in text and "| Gruppe 2 | 90" not in text


def test_without_an_earlier_run_or_where_it_has_one_segment_numbers_are_by_revenue():
    for more in ({}, {"migration": MOVED["migration"] | {"moves": {}}}):
        text = script.report(model(segment(1, is_kept=False), segment(2), **more), said("en"))
        assert "numbered by falling revenue" in text and "keep the number" not in text


def test_a_rule_in_business_units_tells_its_limit():
    days = {"feature": "recency_days", "label": {"en": "Days since last order"}, "unit": "cycles", "value": 260.0}
    rule = [days | {"at_least": 2}, {"feature": "frequency", "label": {"en": "Orders"}, "at_most": 1, "value": 1}]
    expected = "Days since last order at least 260 (2 × the repurchase cycle) and Orders at most 1"
    assert rule_text(segment(1, rule=rule), said("en")) == expected


def test_a_suppressed_segment_shows_no_figure_and_the_report_says_why():
    text = script.report(model(segment(1), segment(2, **HIDDEN)), said("en"))
    assert "| – | – | – | – |" in text
    assert "fewer than 5 customers" in text


def test_a_cluster_size_under_the_minimum_is_hidden_in_the_evidence():
    assert "| 2 | 0.507\xa0±\xa00.004 | 0.78 | <5 | 0.932 | 100 | yes | chosen |" in evidence_table(
        model(segment(1), segment(2)), said("en")
    ).replace("&lt;", "<")


def test_a_refused_feature_is_named_with_its_reason():
    assert "- Twin: says the same as “Revenue” (correlation above 0.95)" in script.report(
        model(segment(1), segment(2)), said("en")
    )


def test_doing_nothing_is_named_as_such():
    assert "**No action:** Call them." in script.report(model(segment(1, is_no_action=True), segment(2)), said("en"))


@pytest.mark.parametrize("by", ["none", "settings", "reduced"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_one_segment_is_a_defined_answer(by, language):
    one = model(segment(1, rule=[], jaccard=None), by=by)
    text = script.report(one | {"choice": one["choice"] | {"asked": 1}}, said(language))
    assert text.startswith(f"# {said(language)['report']['one_segment'][by]}\n")


ENTRY = {"k": 3, "silhouette": 0.4, "silhouette_error": 0.01, "davies_bouldin": 0.9, "resamples": 20} | {
    "is_eligible": False
}
UNSTABLE = [
    ENTRY | {"lowest_jaccard": 0.7096, "smallest_customers": 40},
    ENTRY | {"k": 4, "lowest_jaccard": 0.5, "smallest_customers": 30},
]
SMALL = [*UNSTABLE, ENTRY | {"k": 2, "lowest_jaccard": 0.9, "smallest_customers": 12}]
TINY = [*UNSTABLE, ENTRY | {"k": 2, "lowest_jaccard": 0.9, "smallest_customers": None}]


@pytest.mark.parametrize(
    ("evidence", "change", "told"),
    [
        (UNSTABLE, {}, "3 segments, has a lowest Jaccard of 0.710, and 0.75 is needed. `segmentation.k: 3`"),
        (
            SMALL,
            {},
            "of 2 segments the smallest has 12 customers, and 30 are needed. A lower `segmentation.minimum_share`",
        ),
        (TINY, {}, "the smallest has fewer customers than `minimum_group`, and 30 are needed."),
        ([], {}, "too few different customers"),
        ([], {"rows": None}, "Segments need at least 5 customers with orders (`minimum_group` in the settings)"),
        (UNSTABLE, {"by": "settings"}, "`segmentation.k: auto` looks for more"),
    ],
    ids=["unstable", "small", "tiny", "alike", "few", "settings"],
)
def test_one_segment_of_all_is_explained_by_the_figure_its_threshold_and_what_to_set(evidence, change, told):
    one = model(segment(1, rule=[], jaccard=None), by=change.get("by", "none"), evidence=evidence)
    one |= {"rows": change.get("rows", 900)}
    one["choice"]["asked"] = 1
    assert told in script.report(one, said("en")).split("\n\n")[1]


def test_no_customers_is_a_defined_answer():
    text = script.report(model(by="none", rows=0) | {"choice": model(by="none")["choice"] | {"k": 0}}, said("en"))
    assert text.startswith("# No customers with orders, no segments\n")


@pytest.mark.parametrize("language", ["en", "de"])
def test_limits_name_article_22_and_say_the_data_stay_personal(language):
    text = script.report(model(segment(1), segment(2)), said(language))
    assert "Art. 22" in text and {"en": "remains personal data", "de": "personenbezogen"}[language] in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_method_says_how_many_customers_make_the_evidence_if_not_all_do(language):
    choice = model(segment(1), segment(2))["choice"]
    told = script.report(model(segment(1), segment(2), choice=choice | {"evidence_rows": 500_000}), said(language))
    sampled = said(language)["report"]["sampled"].split("{rows}")[0]
    assert sampled in told and sampled not in script.report(model(segment(1), segment(2)), said(language))


def test_the_map_and_what_to_do_stand_before_the_tables_and_the_evidence():
    density = {"explained": [0.5, 0.21], "levels": [6, 20, 80], "cells": [[0, 0, 1, 3]]}
    density |= {"centres": {"1": [-1.5, 2.0], "2": [0.5, 1.0]}}
    told = segment(1) | {"limits": {"share": 0.9, "ranges": {"monetary": [20, 900]}}}
    text = script.report(model(told, segment(2), map=density), said("en"))
    marks = ["| no. |", "segment_density.svg", "call for action", "What the segments buy", "Within which ranges"]
    places = [text.index(mark) for mark in [*marks, "silhouette 0.507", "Refused features"]]
    assert places == sorted(places)


def test_a_baseline_that_would_tell_of_too_few_is_said_to_be_withheld():
    told = segment(1, measure="active_share"), segment(2, measure="active_share")
    assert "withheld" not in script.report(model(*told), said("en")), "nobody has it: the data lack it"
    told[1]["figures"] = {**told[1]["figures"], "active_share": 0.5}
    text = script.report(model(*told), said("en"))
    assert "**Baseline today:** with an order in the last 365 days: withheld, as fewer than 5 customers" in text
