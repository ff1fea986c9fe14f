"""Tables that a mart's SQL reads: silver.<table>, gold.<mart>, calendar.days; comments and strings do not count."""

from functools import cache

LAYERS = ("silver", "gold", "calendar")


@cache
def tables(sql: str) -> tuple[str, ...]:
    """The dotted names `<layer>.<table>` in an SQL text, sorted; what stands in comments or strings is no name.

    Raises ValueError if the text cannot be taken apart, as with a quote that does not close.
    """
    from sqlglot.errors import SqlglotError
    from sqlglot.tokens import Tokenizer, TokenType

    try:
        tokens = Tokenizer().tokenize(sql)
    except SqlglotError:
        raise ValueError("is not SQL: a quote or a comment does not close") from None
    found = set()
    for layer, dot, name in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if dot.token_type == TokenType.DOT and layer.text in LAYERS and layer.token_type != TokenType.STRING:
            found.add(f"{layer.text}.{name.text}")
    return tuple(sorted(found))


def in_order(dependencies: dict[str, set[str]]) -> list[str]:
    """The marts so that each comes after those it reads; raises ValueError naming the marts of a circle."""
    from graphlib import CycleError, TopologicalSorter

    try:
        return list(
            TopologicalSorter({mart: sorted(needed) for mart, needed in sorted(dependencies.items())}).static_order()
        )
    except CycleError as error:
        raise ValueError(" → ".join(error.args[1])) from None
