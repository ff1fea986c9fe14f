"""Why a record goes to quarantine: every code, in one place. The rules of a contract add codes of their own."""

WRONG_WIDTH = "wrong_width"
STRAY_QUOTE = "stray_quote"
SINGLE_QUOTED = "single_quoted"
REPEATED_HEADER = "repeated_header"
SWALLOWED_LINE = "swallowed_line"
FIELD_TOO_LONG = "field_too_long"
STRUCTURE = {  # faults of a record's structure -> in words
    WRONG_WIDTH: "has more or fewer cells than the header",
    STRAY_QUOTE: "a quote stands inside a field, or text behind a closing quote",
    SINGLE_QUOTED: "a field stands in single quotes, and the contract does not say that they are quotes",
    REPEATED_HEADER: "is the header again",
    SWALLOWED_LINE: "a quoted field may have swallowed a line",
    FIELD_TOO_LONG: "a field is longer than 1 MB",
}
UNREADABLE = {kind: f"unreadable_{kind}" for kind in ("date", "integer", "number")}
DOUBTFUL_THOUSANDS = "doubtful_thousands"  # 1,249 where the contract has two decimals
OUT_OF_RANGE = "out_of_range"
MISSING_KEY = "missing_key"
MISSING_VALUE = "missing_value"
REPEATED_KEY = "repeated_key"
IMPLAUSIBLE_DATE = "implausible_date"
VALUES = {
    *UNREADABLE.values(),
    DOUBTFUL_THOUSANDS,
    OUT_OF_RANGE,
    MISSING_KEY,
    MISSING_VALUE,
    REPEATED_KEY,
    IMPLAUSIBLE_DATE,
}

ALL = frozenset({*STRUCTURE, *VALUES})
