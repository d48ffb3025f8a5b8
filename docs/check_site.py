"""Check a built site: no link inside it leads nowhere, and nothing needs the network.

::

    python docs/check_site.py docs/_build/html
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src")}
"""What a browser fetches to show a page."""


class Page(HTMLParser):
    """The targets and links of one page.

    Attributes
    ----------
    anchors : set of str
        What a link can point to within the page.
    links, loaded : list of str
        Where links lead, and what the browser fetches.
    """

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loaded = set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.anchors.update(found[key] for key in ("id", "name") if key in found)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        self.loaded += [
            found[key] for name, key in LOADED if name == tag and found.get(key)
        ]


def problems(site):
    """List what is wrong with a site.

    Parameters
    ----------
    site : Path
        Folder of the built pages.

    Returns
    -------
    found : list of str
        One line for each link that leads nowhere or file that is not there.
    """
    site = site.resolve()
    pages = {
        path: Page(path)
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.relative_to(site).parts
    }
    if not pages:
        return [f"there are no pages in {site}"]
    found = []
    for path, page in pages.items():
        name = path.relative_to(site)
        for link in page.loaded:
            if urlsplit(link).netloc:
                found.append(f"{name} loads {link} from the network")
        for link in page.links + page.loaded:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not file.is_file():
                found.append(f"{name} links to {link}, and there is no such file")
            elif parts.fragment and file in pages:
                anchor = unquote(parts.fragment)
                if anchor not in pages[file].anchors | {"top"}:
                    found.append(f"{name} links to {link}, and there is no such place")
    return list(dict.fromkeys(found))


def main():
    """Check the site that the command line names."""
    found = problems(Path(sys.argv[1]))
    print("\n".join(found) or "All links inside the site lead somewhere.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
