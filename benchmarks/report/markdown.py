"""Markdown: tables, pictures, and the generated sections of a page."""

import re


def table(rows):
    """Write rows as a Markdown table.

    Parameters
    ----------
    rows : list of dict of str to str
        All with the same keys, which are the titles of the columns.

    Returns
    -------
    text : str
    """
    if not rows:
        return "*Nothing to compare.*"
    titles = list(rows[0])
    lines = [
        "| " + " | ".join(titles) + " |",
        "|---" + "|--:" * (len(titles) - 1) + "|",
    ]
    lines += ["| " + " | ".join(map(str, row.values())) + " |" for row in rows]
    return "\n".join(lines)


def picture(name, description):
    """Show a picture that lies beside the page."""
    return f"![{description}]({name})"


def section_names(page):
    """List the generated sections of a page, in order.

    Parameters
    ----------
    page : str

    Returns
    -------
    names : list of str
    """
    return re.findall(r"<!-- (\w+): start -->", page)


def fill(page, sections):
    r"""Put generated text between the markers of a page; all else stays as it is.

    Parameters
    ----------
    page : str
        With pairs of lines ``<!-- NAME: start -->`` and ``<!-- NAME: end -->``.
    sections : dict of str to str

    Returns
    -------
    filled : str

    Raises
    ------
    ValueError
        If the page lacks the markers of a section, or has markers of an unknown one.

    Examples
    --------
    >>> page = "# A\n<!-- b: start -->\nold\n<!-- b: end -->\n"
    >>> fill(page, {"b": "new"}) == page.replace("old", "new")
    True
    """
    found = section_names(page)
    if sorted(found) != sorted(sections):
        raise ValueError(f"The page has the sections {found}, not {list(sections)}.")
    for name, text in sections.items():
        start, end = f"<!-- {name}: start -->\n", f"<!-- {name}: end -->\n"
        before, _, rest = page.partition(start)
        _, found_end, after = rest.partition(end)
        if not found_end:
            raise ValueError(f"The section {name!r} of the page does not end.")
        page = f"{before}{start}{text}\n{end}{after}"
    return page
