"""Text: names, lengths, HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from target_splynx.functions.function import Function

_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "hr"}
_HIDDEN = {"script", "style", "head", "title"}


class _TextOnly(HTMLParser):
    """Collects the visible text; block elements begin a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def html_to_text(value: str | None) -> str | None:
    """The visible text, lines kept, no blank line twice; NULL when nothing is left."""
    if value is None:
        return None
    reader = _TextOnly()
    reader.feed(value)
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).replace("\xa0", " ").split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return text or None


FUNCTIONS = (
    Function(
        name="one_line",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="Trimmed, runs of white space made one space; NULL when nothing is left.",
        example="one_line('  Jane \n Roe ')",
        result="Jane Roe",
        macro="nullif(trim(regexp_replace(CAST(value AS VARCHAR), '[\\s\\x{00A0}]+', ' ', 'g')), '')",
    ),
    Function(
        name="clip",
        arguments=(("value", "VARCHAR"), ("length", "BIGINT")),
        returns="VARCHAR",
        description="At most `length` characters; what is cut ends in an ellipsis (the columns of Splynx are short).",
        example="clip('Llanfairpwllgwyngyll', 10)",
        result="Llanfairp…",
        macro="CASE WHEN length(value) > length THEN rtrim(left(value, length - 1)) || '…' ELSE value END",
    ),
    Function(
        name="splynx_name",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description=(
            "A field name that Splynx takes: lower case, anything but letters, digits and `_` becomes `_`, "
            "none at the ends, a letter first."
        ),
        example="splynx_name('Gate Code #2')",
        result="gate_code_2",
        macro=(
            "regexp_replace(coalesce(nullif(trim(regexp_replace(lower(strip_accents(CAST(value AS VARCHAR))), "
            "'[^a-z0-9_]+', '_', 'g'), '_'), ''), 'field'), '^([0-9])', 'f_\\1')"
        ),
    ),
    Function(
        name="state_code",
        arguments=(("subdivision", "VARCHAR"),),
        returns="VARCHAR",
        description="The state of Sonar's `<country>_<state>`.",
        example="state_code('US_WI')",
        result="WI",
        macro="nullif(regexp_replace(subdivision, '^[A-Z]{2}_', ''), '')",
    ),
    Function(
        name="login_text",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="A login without white space and control characters, at most 128 long; NULL when nothing is left.",
        example="login_text(' jane roe ')",
        result="janeroe",
        macro="nullif(left(regexp_replace(CAST(value AS VARCHAR), '[\\s\\x{00A0}[:cntrl:]]+', '', 'g'), 128), '')",
    ),
    Function(
        name="reject",
        arguments=(("code", "VARCHAR"), ("message", "VARCHAR"), ("remedy", "VARCHAR")),
        returns="VARCHAR",
        description="The value of a model's column `_reject`: code, what is wrong, what to do.",
        example="reject('price_missing', 'No price.', 'Set one in Sonar.')",
        result="price_missing|No price.|Set one in Sonar.",
        macro="concat_ws('|', code, replace(message, '|', '/'), replace(remedy, '|', '/'))",
    ),
    Function(
        name="as_html",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="Plain text as HTML: what HTML would misread is escaped, lines are kept; HTML stays as it is.",
        example="as_html('a < b')",
        result="a &lt; b",
        macro=(
            "CASE WHEN regexp_matches(value, '</?[A-Za-z][^<>]*>') THEN value "
            "ELSE replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), chr(10), '<br>') "
            "END"
        ),
    ),
    Function(
        name="html_to_text",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="The visible text of HTML, lines kept.",
        example="html_to_text('<p>Gate&nbsp;code<br>1234</p>')",
        result="Gate code\n1234",
        python=html_to_text,
    ),
    Function(
        name="escape_html",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="Plain text as a part of HTML: nothing in it is taken for a tag.",
        example="escape_html('Joe <joe@example.com>')",
        result="Joe &lt;joe@example.com&gt;",
        macro="replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')",
    ),
    Function(
        name="as_html",
        arguments=(("value", "VARCHAR"),),
        returns="VARCHAR",
        description="HTML stays as it is; plain text is escaped, and its line ends become `<br>`.",
        example="as_html('Speed < 5\nCall back')",
        result="Speed &lt; 5<br>Call back",
        macro=(
            "CASE WHEN regexp_matches(value, '(?i)</?(a|b|blockquote|body|br|div|em|font|h[1-6]|hr|html|i|img|li|ol|p|"
            "pre|span|strong|table|td|th|tr|u|ul)(\\s[^>]*)?/?>') THEN value "
            "ELSE replace(replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), "
            "chr(13), ''), chr(10), '<br>') END"
        ),
    ),
)
