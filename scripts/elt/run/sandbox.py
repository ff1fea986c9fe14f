"""What SQL of a company may do: read the tables that it is given, and compute. All else is refused before it runs.

The SQL of a mart reads silver.<table>, gold.<mart> and the calendar; every other SQL is an expression over the columns
of one table. Allowed is what stands in a list, and what cannot be parsed is refused: a function that reads a file or a
setting, a path in the place of a table, a statement that is no query. Tables and kinds of statements are taken from the
parsed text, functions from its words, so that no reading of the text hides one.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from elt.run.sql_names import DIALECT, LAYERS

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

# Functions of the SQL of Polars that compute from their arguments alone
_COMPUTING = """
    abs acos acosd asin asind atan atan2 atan2d atand cbrt ceil ceiling cos cosd cot cotd degrees div erf exp floor ln
    log log10 log1p log2 mod pi pow power radians round sign sin sind sqrt tan tand trunc truncate
    bit_and bit_count bit_length bit_not bit_or bit_xor bitand bitcount bitnot bitor bitxor xor
    cast coalesce greatest if ifnull iff iif least nullif try_cast
    array_agg array_contains array_dot_product array_get array_inner_product array_length array_lower array_mean
    array_reverse array_sum array_to_string array_unique array_upper string_split string_to_array unnest
    char_length character_length concat concat_ws contains ends_with initcap left length lower lpad ltrim normalize
    octet_length overlay position regexp_like regexp_matches regexp_replace regexp_extract repeat replace reverse right
    rpad rtrim split_part starts_with strpos substr substring trim upper
    date date_part date_trunc datetime day dayofmonth dayofweek dayofyear extract hour isoyear isoweek minute month
    quarter second strftime strptime time timestamp week weekday weekofyear year
    approx_count_distinct approx_quantile any_value avg corr count count_if countif covar covar_pop covar_samp first
    grouping last listagg max mean median min mode product quantile quantile_cont quantile_disc stddev stddev_pop
    stddev_samp stdev stdev_samp string_agg sum var var_pop var_samp variance
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    """
# What may stand before a bracket and is no function
_GRAMMAR = """
    all and any as between by case cross cube decimal distinct else except exclude exists filter from full group
    grouping having ilike in inner intersect is join left like limit not null numeric offset on or order outer over
    partition qualify recursive rename replace right rollup select set sets some then union using values varchar char
    when where with within materialized regexp rlike
    """
FUNCTIONS, WORDS = frozenset(_COMPUTING.split()), frozenset(_GRAMMAR.split())
PARSED_AS_TABLES = ("Table", "Subquery", "Unnest", "Values")  # what FROM and JOIN may name
COMPUTED = ("Interval", "Filter", "WithinGroup", "IgnoreNulls", "RespectNulls")  # expressions beside the usual ones
REFUSED = {  # parts of a parsed text -> what they are
    "Into": "INTO, which writes a table",
    "Lock": "a lock",
    "Command": "a statement that is no query",
    "DDL": "a statement that is no query",
    "DML": "a statement that is no query",
    "Drop": "a statement that is no query",
    "Parameter": "a parameter",
    "SessionParameter": "a setting",
    "Placeholder": "a placeholder",
    "Lateral": "LATERAL",
    "HistoricalData": "AT (…)",
    "TableSample": "TABLESAMPLE",
    "Pivot": "PIVOT",
}
PREFIXED = ("NATIONAL", "RAW", "HEREDOC", "UNICODE", "BYTE", "BIT", "HEX")  # kinds of texts with signs before the quote
ONLY_TABLES = "A mart reads silver.<table>, gold.<mart> and calendar.days"
ONLY_COLUMNS = "An expression reads columns of its table alone"


def query_faults(sql: str) -> list[str]:
    """What the SQL of a mart does that it may not, each once; none if it only reads those tables."""
    return list(dict.fromkeys(_found(sql, is_query=True)))


def expression_faults(sql: str) -> list[str]:
    """What an SQL expression does that it may not, each once; none if it only computes from columns."""
    return list(dict.fromkeys(_found(sql, is_query=False)))


def _found(sql: str, *, is_query: bool) -> Iterator[str]:
    """What a text does that it may not."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    remedy = ONLY_TABLES if is_query else ONLY_COLUMNS
    try:
        statements = [one for one in _quietly(sqlglot.parse, sql) if one is not None]
        tokens = sqlglot.tokenize(sql, dialect=DIALECT)
    except (SqlglotError, RecursionError, ValueError):
        yield "it cannot be read as SQL. Correct it, or write it in plainer SQL"
        return
    if len(statements) != 1:
        yield f"it holds {len(statements)} statements. Write one {'query' if is_query else 'expression'}"
        return
    (parsed,) = statements
    if is_query and not isinstance(parsed, exp.Query):
        yield f"it is no query ({_first(tokens)}). {ONLY_TABLES}"
        return
    named = _names_with_columns(parsed)
    yield from (f"{name}(…) is not allowed. {remedy}" for name in _functions(tokens, named))
    if any(token.token_type.name.removesuffix("_STRING") in PREFIXED for token in tokens):
        yield "a text with signs before its quote is not allowed. Write it in single quotes"
    yield from (f"{what} is not allowed. {remedy}" for what in _parts(parsed))
    yield from (f"{name} is not allowed. Name each column" for name in _wildcards(parsed))
    if is_query:
        yield from (f"{name} is not allowed. {ONLY_TABLES}" for name in _tables(parsed))
    elif any(parsed.find_all(exp.Query, exp.Table)) or not (
        isinstance(parsed, exp.Condition) or type(parsed).__name__ in COMPUTED
    ):
        yield f"a query is not allowed here. {ONLY_COLUMNS}"


def _quietly(parse: Any, sql: str) -> list[Any]:
    """The parsed statements; sqlglot's warning about a statement that it does not know is not told, it is refused."""
    import logging

    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        found: list[Any] = parse(sql, dialect=DIALECT)
        return found
    finally:
        logger.disabled = before


def _first(tokens: "list[Token]") -> str:
    """The first word of a text."""
    return tokens[0].text.upper() if tokens else "nothing"


def _names_with_columns(parsed: Any) -> Counter[str]:
    """How often a query or table is named with a list of its columns, as in WITH name (a, b) AS …"""
    from sqlglot import exp

    return Counter(alias.name for alias in parsed.find_all(exp.TableAlias) if alias.columns)


def _functions(tokens: "list[Token]", named: Counter[str]) -> Iterator[str]:
    """Words before a bracket that are neither allowed functions nor words of the language; such with a schema too."""
    from sqlglot.tokenizer_core import TokenType

    names, found = (TokenType.IDENTIFIER, TokenType.VAR), []
    for before, word, bracket in zip([None, *tokens], tokens, tokens[1:], strict=False):
        if bracket.token_type != TokenType.L_PAREN or not (word.token_type in names or word.text.isidentifier()):
            continue
        is_qualified = before is not None and before.token_type == TokenType.DOT
        is_known = word.text.lower() in FUNCTIONS or (
            word.token_type != TokenType.IDENTIFIER and word.text.lower() in WORDS
        )
        if is_qualified or not is_known:
            found.append(word.text)
    yield from (name for name, times in Counter(found).items() if times > named[name])


def _parts(parsed: Any) -> Iterator[str]:
    """Parts of a text that do more than read and compute."""
    from sqlglot import exp

    for name, words in REFUSED.items():
        if any(parsed.find_all(getattr(exp, name))):
            yield words


def _wildcards(parsed: Any) -> Iterator[str]:
    """Names that Polars takes for a pattern of names, so that the columns behind them cannot be told."""
    from sqlglot import exp

    for name in parsed.find_all(exp.Identifier):
        if name.this == "*" or (name.this.startswith("^") and name.this.endswith("$")):
            yield f'"{name.this}", a pattern of names,'
    for star in parsed.find_all(exp.Star):
        if not isinstance(star.parent, exp.Select | exp.Count | exp.Column):
            yield "* within an expression"


def _tables(parsed: Any) -> Iterator[str]:
    """What a query reads beside tables of silver, gold and calendar, and its own queries by their names."""
    from sqlglot import exp

    own = {cte.alias for cte in parsed.find_all(exp.CTE)}
    for table in parsed.find_all(exp.Table):
        is_named, name = isinstance(table.this, exp.Identifier), table.this.name
        if not is_named:
            yield "a function in the place of a table"
        elif table.catalog or (table.db not in LAYERS if table.db else name not in own):
            yield f"reading {'.'.join(part for part in (table.catalog, table.db, name) if part)}"
    for source in parsed.find_all(exp.From, exp.Join):
        if type(source.this).__name__ not in PARSED_AS_TABLES:
            yield f"{type(source.this).__name__.upper()} in the place of a table"
