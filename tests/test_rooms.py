"""The order of the modules, as CONTRIBUTING.md has it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gansampler"


def rooms():
    """Position of each module, or folder of modules, in the list."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, text = text.split("## The rooms")
    lines = re.findall(r"^\| (`.*?) \|", text.split("\n## ")[0], re.MULTILINE)
    return {
        name: position
        for position, line in enumerate(lines)
        for name in re.findall("`(.+?)`", line)
    }


def place(path, order):
    """Where a module stands; a package stands where its first module does."""
    if path == PACKAGE / "__init__.py":
        return order["comparison/"]  # the uppermost of the public names
    name = str(path.relative_to(PACKAGE)).removesuffix("__init__.py") or path.name
    folder = name.split("/")[0] + "/"
    if name == folder:
        return min(i for room, i in order.items() if room.startswith(folder))
    return order[name] if name in order else order[folder]


def imported(path):
    """The modules of the package that one imports, other than for type checkers."""
    nodes = [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.module.startswith("gansampler"):
            for alias in node.names:
                if alias.name == "__version__":
                    continue
                whole = ROOT.joinpath(*node.module.split("."), alias.name)
                for target in (whole, whole.parent):
                    if target.with_suffix(".py").exists():
                        yield target.with_suffix(".py")
                        break
                    if (target / "__init__.py").exists():
                        yield target / "__init__.py"
                        break
        nodes.extend(ast.iter_child_nodes(node))


def test_modules_import_from_those_below_them_only():
    order = rooms()
    modules = sorted(PACKAGE.rglob("*.py"))
    upward = [
        f"{module.relative_to(PACKAGE)} imports {target.relative_to(PACKAGE)}"
        for module in modules
        if module.name not in ("__init__.py", "__main__.py")
        for target in imported(module)
        if place(target, order) < place(module, order)
    ]
    assert len(modules) > 50
    assert upward == []


def test_the_gan_and_the_encoding_know_nothing_of_each_other():
    for folder, other in (("gan", "encoding"), ("encoding", "gan")):
        modules = sorted((PACKAGE / folder).glob("*.py"))
        assert len(modules) > 5
        for module in modules:
            for target in imported(module):
                assert not target.is_relative_to(PACKAGE / other), module


def test_every_module_has_its_place_in_the_list():
    order = rooms()
    for module in PACKAGE.rglob("*.py"):
        if module.name != "__main__.py":
            assert place(module, order) >= 0
    for room in order:
        assert (PACKAGE / room).exists()
