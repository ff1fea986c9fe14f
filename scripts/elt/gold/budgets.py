"""When what is found in a mart stops a run: budgets, which change nothing in the mart itself.

So another budget builds no mart again, unless what was found in it exceeds the new one: then the step runs and stops.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from elt.faults import Fault, is_refused
from elt.report import assumptions
from elt.report.numbers import decimals_of, number, percent
from elt.run.mart import Mart

FLAG, COLLECTIVE_ACCOUNT = "flag", "collective_account"
LEFT_OUT, DOUBLED, WITHOUT_SOURCE, DIFFERS = "left_out", "doubled", "without_source", "amount_differs"
# ASSUMPTION: a handful of rows is a slip, not a wrong join, however small the mart.
NEVER_STOP = 5
FEW_BUYERS = 10  # customers with an order: among fewer it is a natural state that one of them has most orders
PROBLEMS = {
    LEFT_OUT: "{records} of {of} rows of the silver table are not in the mart",
    DOUBLED: "{records} of {of} lines repeat a row of the silver table",
    WITHOUT_SOURCE: "{records} of {of} lines come of no row of silver",
    DIFFERS: "the amounts of {of} lines are not those of their rows in silver, computed again",
}
REMEDY = "or raise fact_budget in config/config.yaml"
LINE = "write under marts.{mart}.ledger in marts.yaml the line left_out: {{en: <why>, de: <warum>}}"
MEANT = f"if it is meant so, {LINE}"
DRAWN = f"if it is meant so, let snakemake draft_star write the mart, and {LINE}"


@dataclass(frozen=True)
class Budgets:
    """The settings `fact_budget` (`lines`) and `assumption_budget` (`assumptions`), each a share.

    As a param it looks the same whatever they are, to Snakemake and in receipts: `is_exceeded` stands beside it.
    """

    lines: float = field(default=1.0, repr=False)
    assumptions: float = field(default=1.0, repr=False)

    def check(self, mart: Mart, found: Mapping[str, Any]) -> None:
        """What was found in a mart must stay within the budgets; raises Fault. `found`: its metadata."""
        told = found.get("assumptions", [])
        check_flags(mart, told, self.assumptions)
        check_lines(mart, told, self.lines)
        check_accounts(told, found.get("buyers", 0), self.assumptions)

    def is_exceeded(self, mart: Mart, metadata: str | Path) -> bool:
        """Whether a mart that is made, by its metadata, exceeds the budgets; no for one that is not, or damaged."""
        return is_refused(lambda found: self.check(mart, found), metadata)


def check_flags(mart: Mart, told: Sequence[assumptions.Entry], budget: float) -> None:
    """What rests on an assumption must stay within a share of each amount, of the rows where there is none; else Fault.

    `told`: what contradicts assumptions; `budget`: the share.
    """
    for entry in told:
        amounts = assumptions.amounts_of(entry)
        parts = [(name, part) for name, _, part in amounts if part is not None]
        parts = parts or [("rows", assumptions.share_of(entry["records"], entry["of"]))]
        name, share = max(parts, key=lambda part: part[1])
        if entry["code"] == FLAG and share > Decimal(str(budget)):
            money = "".join(f", {amount} in {name}" for name, amount, _ in amounts)
            problem = (
                f"{entry['records']} of {entry['of']} rows{money} rest on an assumption ({entry['where']}): "
                f"{share:.1%} of {name}, the budget is {budget:.1%}"
            )
            remedy = "Mend the source, or raise assumption_budget in config/config.yaml"
            raise Fault(f"mart {mart.name}", problem, remedy)


def check_lines(mart: Mart, told: Sequence[assumptions.Entry], budget: float) -> None:
    """Rows left out without a reason in marts.yaml, doubled ones and lines without a source must keep a budget.

    It is a share of the rows and of each amount; raises Fault above it.
    """
    for one in told:
        shares = [assumptions.share_of(one["records"], one["of"])]
        shares += [abs(share) for _, _, share in assumptions.amounts_of(one) if share is not None]
        is_meant = one["code"] == LEFT_OUT and mart.ledger.left_out is not None
        is_slip = one["records"] <= NEVER_STOP or max(shares) <= Decimal(str(budget))
        if one["code"] not in PROBLEMS or is_meant or is_slip:
            continue
        raise Fault(
            f"mart {mart.name} ({one['where']})",
            f"{PROBLEMS[one['code']].format(records=number(one['records']), of=number(one['of']))}{amounts_text(one)}; "
            f"the budget is {percent(budget)}",
            f"Look at the conditions and joins of {mart.made_by}; {ways_out(one['code'], mart)}",
        )


def ways_out(code: str, mart: Mart) -> str:
    """What may be done beside correcting a mart; for rows that are left out with the line to write."""
    if code != LEFT_OUT:
        return REMEDY
    return f"{(DRAWN if mart.is_drawn else MEANT).format(mart=mart.name)}, {REMEDY}"


def amounts_text(one: assumptions.Entry) -> str:
    """The amounts of an entry in a message, with their shares of all."""
    found = assumptions.amounts_of(one)
    texts = [(name, number(amount, decimals_of(amount)), share) for name, amount, share in found]
    return "".join(
        f", {amount} in {name}{'' if share is None else f' ({percent(share)})'}" for name, amount, share in texts
    )


def check_accounts(told: Sequence[assumptions.Entry], buyers: int, budget: float) -> None:
    """No unlisted account may have more than a share of all orders, unless there are few customers; raises Fault.

    `buyers`: customers with an order; `budget`: the share.
    """
    accounts = [one for one in told if one["code"] == COLLECTIVE_ACCOUNT]
    large = [one for one in accounts if one["records"] > Decimal(str(budget)) * one["of"]]
    if large and buyers >= FEW_BUYERS:
        one = max(large, key=lambda entry: entry["records"])
        share = assumptions.share_of(one["records"], one["of"])
        raise Fault(
            one["where"],
            f"one of {buyers:,} customers has {one['records']:,} of {one['of']:,} orders ({share:.1%}), as a "
            f"collective account has; the budget is {budget:.1%}",
            "List its number under collectiveAccounts in the contract, at the field of the customer number; if it is "
            "one customer all the same, raise assumption_budget in config/config.yaml",
        )
