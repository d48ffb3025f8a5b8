"""Text from tables as text of the page, whatever is in it."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from gansampler._wording import shortened

NAME_WIDTH = 60
"""Characters of a name."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
"""Characters that HTML and XML do not have."""


def escaped(text: Any) -> str:
    """Any text as text of the page.

    Examples
    --------
    >>> from gansampler.htmlreport._text import escaped
    >>> escaped("<script>")
    '&lt;script&gt;'
    """
    return escape(CONTROL.sub("\ufffd", str(text)))


def short_name(name: Any, width: int = NAME_WIDTH) -> str:
    """A name in one line of limited width, not yet escaped."""
    return shortened(name, width)
