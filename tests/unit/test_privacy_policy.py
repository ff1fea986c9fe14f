"""The policy is computed from contracts, marts and published files, and every statement in it has a check that fails."""

import copy
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from as_a_job import run_as_a_job
from one_table import CANARY

import privacy_policy
from elt.faults import Fault
from elt.files import write_json, write_text
from elt.privacy import policy_checks
from elt.privacy.data_map import Knowledge
from elt.privacy.policy import Settings
from elt.privacy.publications import EXPLORATION, SHOWN, Publication
from elt.protection.people_behind import Behind
from elt.retention import deletion
from elt.run.contract import Contract
from elt.run.controller import AcknowledgedFind, ClassException
from elt.run.mart import Mart

PSEUDONYM, NEXT = "cu1_" + "a2" * 13, "cu1_" + "b2" * 13
FIELDS = [
    {"name": "number", "type": "string", "personal": "identifier", "description": "Number"},
    {"name": "name", "type": "string", "personal": "direct", "description": "Name"},
    {"name": "city", "type": "string", "personal": "quasi", "description": "City"},
    {"name": "amount", "type": "number", "personal": "none", "description": "Amount"},
    {"name": "twice", "type": "number", "personal": "none", "description": "Twice", "compute": "amount * 2"},
]
SALES = {"name": "sales", "title": "Sales", "files": "*.csv", "primaryKey": ["number"]}
CONTRACTS = {"sales": {**SALES, "fields": FIELDS}}
COLUMN = {"type": "string", "description": "Column"}
MARTS = {
    "dim_customer": {
        "title": "Customers",
        "grain": "One row a customer",
        "key": ["customer_number"],
        "columns": {
            "customer_number": {**COLUMN, "personal": "identifier"},
            "customer_name": {**COLUMN, "personal": "direct"},
            "country": {**COLUMN, "personal": "quasi"},
        },
    },
    "fact_sales": {
        "title": "Sales",
        "grain": "One row a line",
        "key": ["sales_amount"],
        "columns": {"sales_amount": {**COLUMN, "personal": "none"}},
    },
}
SQL = {
    "dim_customer": "SELECT number AS customer_number, name AS customer_name, city AS country FROM silver.sales",
    "fact_sales": "SELECT twice AS sales_amount FROM silver.sales",
}
SUMMARY = {
    "marts": [
        {
            "name": "dim_customer",
            "columns": [
                {"name": "customer_number", "shown": "hidden"},
                {"name": "customer_name", "shown": "hidden"},
                {"name": "country", "shown": "category", "suppressed_groups": 2},
            ],
        }
    ],
    "breakdowns": {"country": {"suppressed_groups": 1, "groups": [{"customers": 7}, {"customers": 9}]}},
}
MODEL = {
    "features": [{"name": "monetary", "is_used": True}],
    "segments": [{"label": 1, "customers": 6}, {"label": 2, "customers": None, "is_suppressed": True}],
}
NUMBERS = {"figures": {"revenue": {"file": "gold/data/fact_sales.csv", "column": "SUM(sales_amount)", "value": 1}}}
WHY = {"en": "a list of cities beside nobody", "de": "eine Liste von Städten ohne jemanden daneben"}
EXCEPTION = ClassException("gold.places.city", "quasi", WHY, path=("raw sales.city", "gold.places.city"))
GOOD = f"customer,monetary\n{PSEUDONYM},1\n{NEXT},2\n"
FEATURES = "step2_feature_engineering/data/customer_features.csv"


def knowledge(contracts=CONTRACTS, marts=MARTS):
    """What is known of a company before its data."""
    typed_contracts = {name: Contract.of(entry) for name, entry in contracts.items()}
    typed_marts = {name: Mart.of(name, entry) for name, entry in marts.items()}
    return Knowledge(typed_contracts, typed_marts, SQL, formulas={}, star={})


def run(
    folder,
    published=GOOD,
    contracts=CONTRACTS,
    marts=MARTS,
    summary=SUMMARY,
    model=MODEL,
    table=FEATURES,
    report="reports/r.md",
    acknowledged=(),
    numbers=NUMBERS,
    uniqueness=None,
):
    """The rule's main on a small run; (the policy, the map) that it wrote."""
    home = folder / "artifacts/runs/r"
    for layer in ("bronze", "silver", "gold"):
        write_text(home / layer / "data/x.csv", "x")
    write_text(home / table, published)
    sources = {
        "summary": "step1_eda/data/eda_summary.json",
        "model": "step3_segmentation/_meta/model_metadata.json",
        "numbers": "reports/number_ledger.json",
    }
    people = {"uniqueness": "_meta/uniqueness_report.json", "dictionary": "step2/dictionary_people.json"}
    write_json(home / people["uniqueness"], uniqueness or {})
    write_json(home / people["dictionary"], {"monetary.50": 12})
    for name, content in (("summary", summary), ("model", model), ("numbers", numbers)):
        write_json(home / sources[name], content)
    outputs = [home / "_meta/data_policy.json", home / "_meta/privacy/data_map.json"]
    privacy_policy.main(
        known=knowledge(contracts, marts),
        tables=[str(home / table)],
        **{name: str(home / path) for name, path in sources.items()},
        people={name: str(home / path) for name, path in people.items()},
        reports=[report],
        settings=Settings(key_id="ab" * 8, minimum_group=5, retention_days=30, acknowledged=acknowledged),
        policy_file=str(outputs[0]),
        map_file=str(outputs[1]),
        groups_file=str(home / "_meta/privacy/published_groups.json"),
        excepted=[EXCEPTION],
    )
    return tuple(json.loads(path.read_text(encoding="utf-8")) for path in outputs)


def refusal(folder, **changed):
    """The message with which a run is refused; nothing of its cells, and no policy is written."""
    with pytest.raises(Fault) as caught:
        run(folder, **changed)
    assert CANARY not in str(caught.value)
    assert not (folder / "artifacts/runs/r/_meta/data_policy.json").exists()
    return str(caught.value)


def changed(content, *path, to):
    """A copy of some content with one value changed."""
    copied = copy.deepcopy(content)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return copied


def test_every_column_has_class_action_layers_and_the_forms_in_which_it_is_published(tmp_path):
    policy, _ = run(tmp_path)
    assert policy["raw_tables"]["sales"]["name"] == {
        "class": "direct", "action": "stays in the protected layers", "layers": ["bronze", "silver"],
        "published_as": ["missing"], "leaves_protected_layers": False, "description": "Name",
    }  # fmt: skip
    raw = policy["raw_tables"]["sales"]
    assert {name: column["leaves_protected_layers"] for name, column in raw.items()} == {
        "number": True, "name": False, "city": True, "amount": True, "twice": False,
    }  # fmt: skip
    assert raw["number"]["published_as"] == ["missing", "pseudonym"]
    assert raw["amount"]["published_as"] == ["figure", "row"]
    assert raw["twice"]["layers"] == ["silver"]
    assert policy["marts"]["dim_customer"]["country"]["published_as"] == ["groups"]
    assert policy["marts"]["dim_customer"]["country"]["layers"] == ["gold"]


def test_the_map_goes_from_raw_field_to_publication_and_back(tmp_path):
    _, mapped = run(tmp_path)
    assert mapped["raw"]["sales"]["city"]["marts"] == ["dim_customer.country"]
    assert mapped["marts"]["fact_sales"]["columns"]["sales_amount"]["raw"] == ["sales.amount"]
    (feature,) = [item for item in mapped["published"] if item["what"] == "monetary"]
    assert (feature["form"], feature["from"], feature["raw"]) == (
        "row",
        ["gold.fact_sales.sales_amount"],
        ["sales.amount"],
    )


def test_scheme_key_id_thresholds_measures_and_retention_are_stated(tmp_path):
    policy, _ = run(tmp_path)
    assert policy["pseudonyms"] == {"scheme": "HMAC-SHA-256", "version": "v1", "key_id": "ab" * 8, "prefix": "cu1_"}
    assert policy["thresholds"] == {"minimum_group": 5, "dominance_of_one": 0.8, "dominance_of_two": 0.9}
    assert policy["measured"] == {
        "smallest_group": 6, "minimum_group": 5, "suppressed_groups": 4, "figures": 4,
        "smallest_in": "step3_segmentation/_meta/model_metadata.json, segments.1",
    }  # fmt: skip
    listed = json.loads((tmp_path / "artifacts/runs/r/_meta/privacy/published_groups.json").read_text("utf-8"))
    assert sorted(entry["people"] for entry in listed) == [6, 7, 9, 12]
    assert policy["retention"]["days"] == 30
    assert policy["retention"]["row_level"] == [FEATURES]
    assert "reports/r.md" in policy["retention"]["evidence"]
    assert policy["published_row_level_tables"]["customer_features.csv"]["rows"] == 2


def test_every_statement_carries_what_was_counted_for_it(tmp_path):
    policy, _ = run(tmp_path)
    checked = {entry["id"]: entry["checked"] for entry in policy["statements"]}
    assert checked["classes"] == {"columns": 9, "without_class": 0}
    assert checked["pseudonyms"] == {"rows": 2, "without_pseudonym": 0, "out_of_order": 0}
    assert checked["exploration"] == {"columns": 3, "not_allowed": 0}
    assert checked["groups"]["smallest_group"] == 6
    assert checked["retention"] == {"days": 30, "due": 1, "stay": 4}
    assert checked["computed"] == {"exceptions": 1}
    assert checked["modes"] == {"open_to_others": 0}
    assert set(checked) == {
        "classes",
        "computed",
        "columns",
        "pseudonyms",
        "exploration",
        "groups",
        "modes",
        "retention",
    }


def test_the_policy_lists_columns_with_a_weaker_class_their_origin_and_the_reason(tmp_path):
    policy, _ = run(tmp_path)
    way = ["raw sales.city", "gold.places.city"]
    listed = {"column": "gold.places.city", "class": "none", "instead_of": "quasi", "path": way, "why": WHY}
    assert policy["class_exceptions"] == [listed]


def test_the_policy_never_calls_pseudonymised_data_anonymous(tmp_path):
    text = json.dumps(run(tmp_path)).casefold()
    assert "anonym" not in text.replace("pseudonym", "")
    assert "gdpr" not in text


@pytest.mark.parametrize("column", ["number", "name", "city", "customer_number"])
def test_a_personal_column_in_a_published_table_stops_the_run(tmp_path, column):
    message = refusal(tmp_path, published=f"customer,{column}\n{PSEUDONYM},{CANARY}\n")
    assert message.startswith(f"customer_features.csv: publishes the personal column {column}")


@pytest.mark.parametrize(
    "value", [CANARY, "", "cu1_", f"cu1_{CANARY}", f"cu1_{PSEUDONYM}", PSEUDONYM.upper(), "cu2_" + "a" * 26]
)
def test_a_published_row_without_pseudonym_stops_the_run(tmp_path, value):
    message = refusal(tmp_path, published=f"customer,amount_\n{PSEUDONYM},1\n{value},2\n")
    assert message.startswith("customer_features.csv: 1 rows carry no pseudonym")


@pytest.mark.parametrize("order", [(NEXT, PSEUDONYM), (PSEUDONYM, PSEUDONYM)])
def test_rows_out_of_order_or_a_pseudonym_that_stands_twice_stop_the_run(tmp_path, order):
    message = refusal(tmp_path, published="customer,monetary\n" + "".join(f"{value},1\n" for value in order))
    assert message.startswith("customer_features.csv: 1 rows repeat a pseudonym or are not in the order of pseudonyms")


def test_a_published_table_without_the_column_of_pseudonyms_stops_the_run(tmp_path):
    assert refusal(tmp_path, published=f"client,x\n{CANARY},1\n").startswith(
        "customer_features.csv: has no column customer"
    )


@pytest.mark.parametrize("personal", [None, "unclassified"])
def test_a_field_or_column_without_class_stops_the_run(tmp_path, personal):
    message = refusal(tmp_path, contracts=changed(CONTRACTS, "sales", "fields", 2, "personal", to=personal))
    assert message.startswith("contract sales: column city has no personal class")
    marts = changed(MARTS, "dim_customer", "columns", "country", "personal", to=personal)
    assert refusal(tmp_path, marts=marts).startswith("mart dim_customer: column country has no personal class")


@pytest.mark.parametrize("shown", ["category", "number", "ages", "months", "boolean"])
@pytest.mark.parametrize("place", [0, 1])
def test_an_exploration_that_shows_a_name_or_a_number_stops_the_run(tmp_path, shown, place):
    summary = changed(SUMMARY, "marts", 0, "columns", place, "shown", to=shown)
    assert refusal(tmp_path, summary=summary).startswith("eda_summary.json: shows ")


def test_a_published_group_that_is_too_small_stops_the_run(tmp_path):
    summary = changed(SUMMARY, "breakdowns", "country", "groups", 0, "customers", to=4)
    assert refusal(tmp_path, summary=summary).startswith(
        "eda_summary.json: breakdowns.country.1 is about 4 people, fewer than 5"
    )
    model = changed(MODEL, "segments", 0, "customers", to=3)
    assert refusal(tmp_path, model=model).startswith("model_metadata.json: segments.1 is about 3 people, fewer than 5")


@pytest.mark.parametrize("people", [5, None])
def test_a_group_of_just_the_minimum_passes_and_without_any_figure_there_is_no_smallest_group(people):
    behind = [Behind("r.json", "country.1", people)] if people else []
    found = policy_checks.check_groups(behind, {"breakdowns": {}, "marts": []}, {"segments": []}, 5)
    smallest_in = "r.json, country.1" if people else None
    assert (found["smallest_group"], found["smallest_in"], found["figures"]) == (people, smallest_in, len(behind))


def test_only_columns_that_the_exploration_shows_of_a_mart_are_counted():
    marts = {name: Mart.of(name, mart) for name, mart in MARTS.items()}
    shown = Publication(EXPLORATION, "dim_customer.country", SHOWN["category"], frozenset())
    others = [
        replace(shown, file="step3_segmentation/_meta/model_metadata.json"),
        replace(shown, what="dim_customer.height"),
        replace(shown, what="dim_supplier.country"),
    ]
    assert policy_checks.check_exploration([shown, *others], marts) == {"columns": 1, "not_allowed": 0}


def test_what_the_policy_lists_is_sorted(tmp_path):
    names = [f"step2_feature_engineering/data/{letter}.csv" for letter in "dbeac"]
    write_text(tmp_path / "x.csv", "customer,e,c,a,d,b\n")
    with pytest.raises(Fault, match="publishes the personal column a, b, c, d, e"):
        policy_checks.check_published(tmp_path / "x.csv", "edcba")
    found = policy_checks.check_retention(names, ["reports/index.html", "reports/final_expose.md"], 30)
    assert (found["row_level"], found["evidence"]) == (sorted(names), ["reports/final_expose.md", "reports/index.html"])


def test_a_table_that_would_never_be_due_and_evidence_that_would_be_deleted_stop_the_run(tmp_path, monkeypatch):
    assert refusal(tmp_path, report="reports/data/r.csv").startswith(
        "reports/data/r.csv: is evidence and would be deleted"
    )
    monkeypatch.setattr(deletion, "is_row_level", lambda name: False)
    assert refusal(tmp_path).startswith(f"{FEATURES}: holds a row a person and would never be due")


@pytest.mark.parametrize(("path", "mode"), [("gold/data/x.csv", 0o644), ("silver/data", 0o750), ("bronze", 0o701)])
def test_a_protected_file_or_folder_that_others_can_open_is_found(tmp_path, path, mode):
    run(tmp_path)
    (tmp_path / "artifacts/runs/r" / path).chmod(mode)
    assert policy_checks.open_files(tmp_path / "artifacts/runs/r") == [path]


def test_the_job_writes_what_its_params_and_inputs_say_under_the_names_of_its_outputs(tmp_path, monkeypatch):
    run(tmp_path)
    home, known = tmp_path / "artifacts/runs/r", knowledge()
    written = ("_meta/data_policy.json", "_meta/privacy/data_map.json", "_meta/privacy/published_groups.json")
    before = [(home / name).read_bytes() for name in written]
    for name in written:
        (home / name).unlink()
    run_as_a_job(
        monkeypatch,
        "privacy_policy.py",
        input=SimpleNamespace(
            published=[str(home / FEATURES)],
            summary=home / "step1_eda/data/eda_summary.json",
            model=home / "step3_segmentation/_meta/model_metadata.json",
            numbers=home / "reports/number_ledger.json",
            uniqueness=home / "_meta/uniqueness_report.json",
            dictionary=home / "step2/dictionary_people.json",
        ),
        params=SimpleNamespace(
            **dict(zip(("contracts", "marts", "sql", "formulas", "star"), vars(known).values(), strict=True)),
            **{"key_id": "ab" * 8, "minimum_group": 5, "retention_days": 30, "acknowledged": ()},
            excepted=[EXCEPTION],
            reports=["reports/r.md"],
        ),
        output=SimpleNamespace(
            **dict(zip(("policy", "map", "groups"), [str(home / name) for name in written], strict=True))
        ),
    )
    assert [(home / name).read_bytes() for name in written] == before


def test_an_open_file_is_named_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(policy_checks, "open_files", lambda folder: ["gold/data/x.csv", "gold/data/y.csv"])
    assert refusal(tmp_path).startswith("gold/data/x.csv: 2 files of the protected layers can be opened by others")


def test_an_acknowledged_find_stands_in_the_policy_with_its_reason(tmp_path):
    find = AcknowledgedFind(
        "reports/r.md", "line 3", "gold.people.name", "ab" * 16, {"en": "a town", "de": "eine Stadt"}
    )
    policy, _ = run(tmp_path, acknowledged=(find,))
    assert policy["acknowledged_finds"] == [
        {"file": "reports/r.md", "place": "line 3", "column": "gold.people.name", "hash": "ab" * 16,
         "why": {"en": "a town", "de": "eine Stadt"}}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "place"),
    [
        ({"counts": [{"value": "A", "rows": 3, "people": 3}]}, "counts.A"),
        ({"histogram": {"edges": [0, 1], "rows": [40], "people": [4]}}, "histogram.1"),
        ({"percentile_people": 4}, "percentiles"),
        ({"missing_people": 2}, "missing"),
    ],
)
def test_a_figure_of_the_exploration_about_too_few_stops_the_run(tmp_path, column, place):
    summary = json.loads(json.dumps(SUMMARY))
    summary["marts"][0]["columns"][2] |= column
    assert refusal(tmp_path, summary=summary).startswith(f"eda_summary.json: dim_customer.country.{place} is about ")


def test_a_figure_of_the_expose_or_of_the_uniqueness_about_too_few_stops_the_run(tmp_path):
    numbers = {"figures": {"revenue": NUMBERS["figures"]["revenue"] | {"people": 4}}}
    assert refusal(tmp_path / "a", numbers=numbers).startswith("number_ledger.json: revenue is about 4 people")
    alone = {"purchases": {"after": {"two_dates": {"unique": 3, "small": None, "protected": 90}}}}
    found = refusal(tmp_path / "b", uniqueness=alone)
    assert found.startswith("uniqueness_report.json: purchases.after.two_dates.unique is about 3 people")
