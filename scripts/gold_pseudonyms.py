"""Give every customer a keyed pseudonym; the only step that needs the key to go on.

Inputs: gold/data/dim_customer.csv, the key in .env.
Outputs: gold/data/customer_pseudonyms.csv (customer_key, pseudonym; one row a customer, without the unknown one).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog, tables
from elt.faults import Fault
from elt.files import write_rows
from elt.protection import pseudonyms

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def pseudonymised(customers: dict[int, str], key: bytes) -> dict[int, str]:
    """Customer key -> pseudonym, from customer key -> customer number; as many pseudonyms as customers, or Fault."""
    numbers = {pseudonyms.harmonised(number) for number in customers.values()}
    if len(numbers) != len(customers):
        count = len(customers) - len(numbers)
        remedy = "Make one number of them by a repair in the contract of the customer number, or in dim_customer.sql"
        raise Fault("dim_customer", f"{count} customers share their customer_number with another", remedy)
    named = {surrogate: pseudonyms.pseudonym(key, "customer", number) for surrogate, number in customers.items()}
    if len(set(named.values())) != len(named):
        raise Fault("dim_customer", "two customers got the same pseudonym", "Report this: the scheme has to change")
    return named


def main(dim_customer: str, columns: tables.Spec, key_file: str, output: str) -> None:
    """Read customers and key, write the protected table of pseudonyms in the order of the surrogate key."""
    frame = tables.scan(dim_customer, columns).select("customer_key", "customer_number").collect()
    customers = {key: number for key, number in frame.iter_rows() if key != 0}
    named = pseudonymised(customers, pseudonyms.read_key(Path(key_file)))
    write_rows(output, ["customer_key", "pseudonym"], sorted(named.items()))
    rulelog.log.info("%d customers pseudonymised", len(named))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.dim_customer, snakemake.params.columns, snakemake.params.key_file, snakemake.output[0])
