"""For the data protection officer: record of processing, data map and criteria of an impact assessment, de and en.

Inputs: _meta/data_policy.json, _meta/privacy/data_map.json, exploration, model; what only the controller can know comes
from the company's privacy.yaml, and what is missing there stands in the documents as to be filled in.
Outputs: _meta/privacy/{record_of_processing,data_map,impact_assessment}.{en,de}.{md,html}.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.audit import assessment as privacy_assessment
from elt.audit import data_map as privacy_map
from elt.files import read_json, read_yaml
from elt.report import pages
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import number

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

ROLES = ("controller", "representative", "data_protection_officer")
NEEDED = ("controller", "data_protection_officer")  # a representative is only for controllers outside the Union
DASH = "–"


class Words:
    """The words of one language, and the entries that the controller has not filled in yet."""

    def __init__(self, words: Mapping[str, Any], source: str) -> None:
        self.words, self.source = words, source
        self.language, self.left_open = words["language"], 0

    def __getitem__(self, name: str) -> Any:
        return self.words[name]

    def open(self) -> Markdown:
        """The mark of an entry that is to be filled in; counted."""
        self.left_open += 1
        return Markdown(f"**{self.words['open']}**")

    def said(self, text: Any) -> str:
        """A text of the controller in the language as Markdown, or the mark."""
        return escape(in_language(text, self.language)) if text else self.open()

    def listed(self, texts: Sequence[Any] | None) -> str:
        """Texts of the controller, one after the other; "none" for an empty list, the mark for a missing one."""
        if texts is None:
            return self.open()
        return ", ".join(self.said(text) for text in texts) or self.words["none"]

    def filled(self, text: str, facts: Mapping[str, Any]) -> str:
        """A sentence with its figures, those as people of the language write them."""
        shown = {
            name: number(value, language=self.language) if type(value) is int else DASH if value is None else value
            for name, value in facts.items()
        }
        return text.format(**shown)


def section(title: str, text: str) -> str:
    """A heading with what belongs under it."""
    return f"## {title}\n\n{text.strip()}\n\n"


def head(title: str, words: Words, run: Mapping[str, str]) -> str:
    """Title, where the document comes from, and what its data are."""
    return f"# {title}\n\n{words['run'].format(**{k: escape(v) for k, v in run.items()})}\n\n{words['status']}\n\n"


def personal_fields(contracts: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(contract, field) of every personal field, in the order of the contracts."""
    return [(n, f) for n, c in contracts.items() for f in c["fields"] if f["personal"] in privacy_map.PERSONAL]


def record(
    words: Words,
    run: Mapping[str, str],
    contracts: Mapping[str, Any],
    policy: Mapping[str, Any],
    told: Mapping[str, Any],
) -> str:
    """The record of processing activities (Art. 30(1) GDPR), letters a to g in this order; `told`: privacy.yaml."""
    texts, say = words["record"], words.said
    people = [role for role in ROLES if role in NEEDED or role in told]
    entries = {role: told.get(role, {}) for role in people}
    roles = [
        [texts["roles"][role], *(Markdown(say(entries[role].get(key))) for key in ("name", "address", "contact"))]
        for role in people
    ]
    purposes = [
        [Markdown(say(entry["purpose"])), Markdown(say(entry.get("legal_basis")))]
        for entry in told.get("purposes", [{"purpose": None}])
    ]
    fields = []
    for name, field in personal_fields(contracts):
        facts = policy["raw_tables"][name][field["name"]]
        leaves = words["agreed"] if facts["leaves_protected_layers"] else words["denied"]
        fields.append([
            code(name), code(field["name"]), field["description"], words["classes"][field["personal"]],
            words["actions"][field["personal"]], leaves,
        ])  # fmt: skip
    given = told.get("recipients")
    recipients = [
        [Markdown(say(entry["who"])), Markdown(say(entry.get("why")))]
        for entry in ([{"who": None}] if given is None else given)
    ]
    tables = [
        [code(name), number(facts["rows"], language=words.language), len(facts["columns"]), code("customer")]
        for name, facts in policy["published_row_level_tables"].items()
    ]
    days = number(policy["retention"]["days"], language=words.language)
    facts = {"scheme": policy["pseudonyms"]["scheme"], "version": policy["pseudonyms"]["version"]}
    checked = "".join(
        f"- {words.filled(words['statements'][entry['id']], {**facts, **entry['checked']})}\n"
        for entry in policy["statements"]
    )
    more = f"{texts['more_measures'].format(text=say(told.get('measures')))}\n"
    sections = [
        section(texts["who"], table(texts["who_head"], roles)),
        section(texts["purposes"], table(texts["purposes_head"], purposes)),
        section(
            texts["subjects"],
            texts["subjects_text"].format(subjects=words.listed(told.get("data_subjects")))
            + "\n\n"
            + table(texts["subjects_head"], fields),
        ),
        section(
            texts["recipients"],
            (table(texts["recipients_head"], recipients) if recipients else f"{words['none']}\n\n")
            + f"{texts['published']}\n\n"
            + table(texts["published_head"], tables)
            + texts["countries"].format(countries=words.listed(told.get("third_countries"))),
        ),
        section(
            texts["deletion"],
            f"{texts['deletion_text'].format(days=days)}\n\n"
            + texts["deletion_more"].format(text=say(told.get("deletion"))),
        ),
        section(texts["measures"], f"{checked}\n{more}"),
    ]
    state = texts["open_count"] if words.left_open else texts["complete"]
    count = number(words.left_open, language=words.language)
    opening = state.format(count=count, file=words.source)
    return head(texts["title"], words, run) + f"**{opening}**\n\n" + "".join(sections)


def places(words: Words, published: Iterable[Mapping[str, str]]) -> Markdown:
    """Published files that hold something of a field, each with its forms and how often."""
    counted = Counter((place["file"], place["form"]) for place in published)
    by_file: dict[str, list[str]] = {}
    for (file, form), count in sorted(counted.items()):
        by_file.setdefault(Path(file).name, []).append(
            f"{words['forms'][form]} ({number(count, language=words.language)})"
        )
    listed = [f"{code(file)}: {', '.join(forms)}" for file, forms in by_file.items()]
    return Markdown("; ".join(listed) or words["map"]["nowhere"])


def names(values: Iterable[str]) -> Markdown:
    """Names in code letters, each once, sorted."""
    return Markdown(", ".join(code(value) for value in sorted(set(values))) or DASH)


def data_map(words: Words, run: Mapping[str, str], contracts: Mapping[str, Any], mapped: Mapping[str, Any]) -> str:
    """The data map: every personal field forwards, every published item with a personal origin backwards."""
    texts, fields = words["map"], personal_fields(contracts)
    personal = {f"{name}.{field['name']}" for name, field in fields}
    of_marts = {
        f"{n}.{c}" for n, mart in mapped["marts"].items() for c, s in mart["columns"].items() if s["personal"] != "none"
    }
    by_column = sum(mart["by_column"] for mart in mapped["marts"].values())
    followed = words.filled(texts["traced"], {"marts": len(mapped["marts"]), "by_column": by_column})
    parts = [f"{texts['intro']}\n\n{followed}\n\n"]
    for name in dict.fromkeys(name for name, _ in fields):
        rows = []
        for field in (field for owner, field in fields if owner == name):
            facts = mapped["raw"][name].get(field["name"], {"marts": [], "chooses": [], "published": []})
            rows.append([
                code(field["name"]), code(field["personal"]), names(facts["marts"]),
                names(facts["chooses"]), places(words, facts["published"]),
            ])  # fmt: skip
        parts.append(section(texts["raw"].format(table=code(name)), table(texts["raw_head"], rows)))
    reached: dict[str, set[str]] = {}
    back = []
    for item in mapped["published"]:
        origins = [raw for raw in item["raw"] if raw in personal]
        reached.setdefault(item["form"], set()).update(origins)
        is_told = item["file"] != privacy_map.EXPLORATION or item["what"] in of_marts or "breakdowns" in item["what"]
        if origins and is_told:
            marts = (origin.removeprefix("gold.").replace(f".{privacy_map.ROWS}", "") for origin in item["from"])
            back.append([
                code(Path(item["file"]).name), code(item["what"]), words["forms"][item["form"]],
                number(item["figures"], language=words.language), names(marts), names(origins),
            ])  # fmt: skip
    masking = [
        [code(form), words["forms"][form], names(origins)] for form, origins in sorted(reached.items()) if origins
    ]
    parts += [
        section(texts["masking"], table(texts["masking_head"], masking)),
        section(texts["back"], table(texts["back_head"], back) + texts["more"]),
    ]
    title = words.filled(texts["title"], {"fields": len(fields)})
    return head(title, words, run) + "".join(parts)


def assessment(
    words: Words, run: Mapping[str, str], found: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any]
) -> str:
    """The criteria of an impact assessment: measured, computed where possible, the controller's answers, the result."""
    texts, outcome = words["assessment"], privacy_assessment.result(found, answers)

    def row(name: str) -> list[str]:
        touched = found[name]["touched"]
        answer = answers.get(name)
        told: str = Markdown(DASH) if touched else words.open()
        if answer:
            told = Markdown(f"{words['agreed'] if answer['applies'] else words['denied']}: {words.said(answer['why'])}")
        computed = texts["touched"] if touched else texts["left"]
        return [texts["criteria"][name], words.filled(texts["measured"][name], found[name]), computed, told]

    tables = {
        kind: table(texts["head"], [row(name) for name in criteria])
        for kind, criteria in (("nine", privacy_assessment.NINE), ("list", privacy_assessment.LISTED))
    }
    counts = {"touched": len(outcome["touched_of_nine"]), "open": len(outcome["open_of_nine"])}
    verdict = texts["result_two"] if counts["touched"] > 1 else texts["result_few"]
    totals = {"touched": len(outcome["touched"]), "criteria": len(found), "open": len(outcome["open"])}
    return (
        head(words.filled(texts["title"], totals), words, run)
        + f"**{words.filled(verdict, counts)}**\n\n{texts['intro'].format(file=words.source)}\n\n{texts['rule']}\n\n"
        + section(texts["nine"], tables["nine"])
        + section(texts["list"], tables["list"])
    )


def main(
    contracts: Mapping[str, Any],
    told: Mapping[str, Any],
    run: Mapping[str, str],
    source: str,
    sources: Mapping[str, str],
    wordings: Sequence[str],
    folder: str,
    *,
    template: str,
) -> None:
    """Write the three documents in each language; `sources`: files by policy, map, summary, model."""
    policy, mapped, summary, model = (read_json(sources[name]) for name in ("policy", "map", "summary", "model"))
    found = privacy_assessment.measured(contracts, mapped, policy, summary, model)
    for wording in wordings:
        texts = read_yaml(wording)
        documents = {
            "record_of_processing": record(Words(texts, source), run, contracts, policy, told),
            "data_map": data_map(Words(texts, source), run, contracts, mapped),
            "impact_assessment": assessment(Words(texts, source), run, found, told.get("impact_assessment", {})),
        }
        for name, text in documents.items():
            target = Path(folder) / f"{name}.{texts['language']}"
            language = texts["language"]
            pages.write(text.rstrip() + "\n", f"{target}.md", f"{target}.html", template=template, language=language)
    rulelog.log.info("%d personal fields", len(personal_fields(contracts)))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        params.contracts,
        params.told,
        params.run,
        params.source,
        {name: given[name] for name in ("policy", "map", "summary", "model")},
        given.words,
        str(Path(snakemake.output[0]).parent),
        template=given.template,
    )
