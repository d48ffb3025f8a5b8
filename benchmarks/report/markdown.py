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


def frame_table(frame, *, index_name=None):
    """Write a data frame as a Markdown table, its numbers with four digits.

    Parameters
    ----------
    frame : DataFrame
    index_name : str or None, default=None
        Title of the index; None leaves the index out.

    Returns
    -------
    text : str

    Examples
    --------
    >>> import pandas as pd
    >>> means = pd.DataFrame({"score": [0.123456], "sets": [3]}, index=["gan"])
    >>> print(frame_table(means, index_name="method"))
    | method | score | sets |
    |---|--:|--:|
    | gan | 0.1235 | 3 |
    """
    if index_name is not None:
        frame = frame.rename_axis(index_name).reset_index()
    return table(
        [
            {title: _cell_text(value) for title, value in row.items()}
            for row in frame.to_dict("records")
        ]
    )


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


def _cell_text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
