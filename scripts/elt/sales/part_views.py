"""A view of order lines that is computed of parts of the customers, one after the other, and put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from elt.sales.groups import LARGEST, UNKNOWN, whole
from elt.sales.periods import NO_CATEGORY

TEXTS = {"product_number": "number_text", "category": "category_text"}
PLACE = "country"


def categories(products: pl.LazyFrame) -> pl.Expr:
    """The category of each product; n/a where it is missing, and for the unknown product."""
    if "category" not in products.collect_schema():
        return pl.lit(NO_CATEGORY).alias("category")
    known = pl.when(pl.col("product_key") != UNKNOWN).then("category")
    return known.fill_null(NO_CATEGORY).alias("category")


def places_of(locations: pl.LazyFrame | None) -> pl.DataFrame | None:
    """location_key, country as a whole number in the order of the texts, and its text; None without places."""
    if locations is None:
        return None
    texts = locations.select("location_key", pl.col(PLACE).fill_null(NO_CATEGORY).alias("place_text")).collect()
    return texts.with_columns(pl.col("place_text").rank("dense").alias(PLACE))


@dataclass(frozen=True)
class Codes:
    """Products with whole numbers for product number and category, in the order of the texts, and those texts; places
    alike."""

    products: pl.LazyFrame  # product_key, product_number and category as whole numbers, is_unknown
    texts: pl.DataFrame  # the same, with both texts
    has_categories: bool
    places: pl.DataFrame | None = None  # as `places_of` gives them

    @classmethod
    def of(cls, products: pl.LazyFrame, locations: pl.LazyFrame | None = None) -> "Codes":
        """The codes of dim_product and dim_location."""
        is_unknown = (pl.col("product_key") == UNKNOWN).alias("is_unknown")
        texts = (
            products.select("product_key", pl.col("product_number"), categories(products), is_unknown)
            .with_columns(pl.col(name).alias(text) for name, text in TEXTS.items())
            .with_columns(pl.col("product_number", "category").rank("dense"))
            .collect()
        )
        has_categories = "category" in products.collect_schema()
        return cls(texts.drop(*TEXTS.values()).lazy(), texts, has_categories, places_of(locations))

    def join(self, lines: pl.LazyFrame, *names: str) -> pl.LazyFrame:
        """The order lines that have a product, with some of its codes."""
        return lines.join(self.products.select("product_key", *names), on="product_key")

    def placed(self, lines: pl.LazyFrame, places: pl.DataFrame) -> pl.LazyFrame:
        """The order lines that have a place, with the code of its country."""
        return lines.join(places.lazy().select("location_key", PLACE), on="location_key")

    def told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A view with texts for its codes."""
        tables = dict.fromkeys(TEXTS.items(), self.texts)
        if self.places is not None:
            tables[PLACE, "place_text"] = self.places
        for (name, text), table in tables.items():
            if name in frame.columns:
                codes = table.select(name, text).unique()
                named = frame.join(codes, on=name, how="left", nulls_equal=True, maintain_order="left")
                frame = named.with_columns(pl.col(text).alias(name)).drop(text)
        return frame


@dataclass(frozen=True)
class View:
    """What is asked of a part of the order lines, and how parts become a whole.

    Rows with what disclosure control needs are put together by `whole`; others by adding up `sums`, those of one name
    of `names` together; without both they stand below each other.
    """

    plan: pl.LazyFrame
    names: tuple[str, ...] = ()
    sums: tuple[pl.Expr, ...] = ()

    def joined(self, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """The view of the whole, from those of the parts."""
        if LARGEST in parts[0].columns:
            return whole(parts, *self.names, also=self.sums)
        frame = pl.concat(parts)
        if not self.sums:
            return frame
        return frame.group_by(self.names).agg(self.sums).sort(self.names) if self.names else frame.select(self.sums)


def over(
    parts: Sequence[pl.LazyFrame], plans: Callable[[pl.LazyFrame], dict[str, View]], codes: Codes
) -> dict[str, pl.DataFrame]:
    """Views by name, computed of one part after the other, with texts for codes."""
    found: dict[str, list[pl.DataFrame]] = {}
    views: dict[str, View] = {}
    for part in parts:
        views = plans(part)
        tables = pl.collect_all([view.plan for view in views.values()], engine="streaming")
        for name, table in zip(views, tables, strict=True):
            found.setdefault(name, []).append(table)
    return {name: codes.told(view.joined(found[name])) for name, view in views.items()}
