"""The SDK's `GraphQLStream` used as its documentation shows, with page numbers. Here to show what becomes of that.

In: `plain_graphql_tap.py --config WORK.json`, WORK as `instance.work` makes it. Out: Singer messages.
Beyond row 10,000 Sonar answers no rows, or `{"errors": …}` with HTTP 200, which the SDK 0.54 takes for a page
without rows (research/singer-sdk.md, "GraphQLStream traps"); paging stops at the first page without rows; the exit code
is 0. Nobody is told that rows are missing.
"""

from __future__ import annotations

from typing import Any, ClassVar

from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.helpers.types import Context
from singer_sdk.pagination import PageNumberPaginator
from singer_sdk.streams import GraphQLStream

PAGE = 1000


class PlainStream(GraphQLStream[int]):
    """One root of Sonar, read page by page."""

    def __init__(self, tap: Tap, stream: dict[str, Any]) -> None:
        """`stream` is an entry of the work file."""
        self._fields: str = stream["fields"]
        self._archived: bool = stream["include_archived"]
        super().__init__(tap, name=stream["name"], schema=stream["schema"])
        self.primary_keys = ["id"]

    @property
    def url_base(self) -> str:
        """Where queries go."""
        return f"{self.config['api_url']}/api/graphql"

    @property
    def authenticator(self) -> BearerTokenAuthenticator:
        """The token as header."""
        return BearerTokenAuthenticator(token=self.config["auth_token"])

    @property
    def records_jsonpath(self) -> str:
        """The rows of a connection."""
        return f"$.data.{self.name}.entities[*]"

    @property
    def query(self) -> str:
        """The same fields as the other columns of the benchmark."""
        archived = ", include_archived: true" if self._archived else ""
        return (
            f"query ($page: Int!, $size: Int!) {{ {self.name}(paginator: {{page: $page, records_per_page: $size}}, "
            f'sorter: [{{attribute: "id", direction: ASC}}]{archived}) {{ entities {{ {self._fields} }} }} }}'
        )

    def get_new_paginator(self) -> PageNumberPaginator:
        """Pages count from 1."""
        return PageNumberPaginator(1)

    def get_url_params(self, context: Context | None, next_page_token: int | None) -> dict[str, Any]:  # noqa: ARG002
        """The query's variables (the SDK puts them into the URL as well)."""
        return {"page": next_page_token, "size": PAGE}


class PlainTap(Tap):
    """The streams of the work file."""

    name = "plain-graphql-tap"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("auth_token", th.StringType, required=True, secret=True),
        th.Property("streams", th.ArrayType(th.ObjectType(additional_properties=True)), required=True),
    ).to_dict()

    def discover_streams(self) -> list[PlainStream]:
        """One stream per entry."""
        return [PlainStream(self, stream) for stream in self.config["streams"]]


if __name__ == "__main__":
    PlainTap.cli()
