"""Functions of the domain for the models' SQL: money, dates, e-mail, telephone, addresses, text.

In: an open DuckDB connection. Out: the same connection with the functions of `CATALOGUE`, callable by name in a model.
Most are SQL macros; where a library decides (e-mail, telephone, IP, HTML) they are Python functions.
"""

from target_splynx.functions.catalogue import CATALOGUE
from target_splynx.functions.function import Function
from target_splynx.functions.register import register

__all__ = ["CATALOGUE", "Function", "register"]
