"""What became of each class, to be read in a terminal or in a notebook."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from html import escape

from gansampler._wording import plain_label
from gansampler.diagnosis import OK, POOR, WARN, Evidence, Verdict, worst
from gansampler.theory import TheoryReadout

__all__ = ["ClassReport", "Report"]

MARKS = {OK: "ok", WARN: "look", POOR: "POOR"}

COLUMNS = ("class", "rows", "added", "updates", "coverage", "newness", "seconds")


@dataclass(frozen=True)
class ClassReport:
    """The result of one class.

    Parameters
    ----------
    n_rows, n_synthetic : int
        Rows that the class had, and rows that were added.
    n_iter : int
        Updates of the generator; 0 where no GAN was trained.
    best_iteration : int
        The update whose generator was kept.
    acceptance : float
        Share of the generated rows that was kept; the others were near copies, or too
        near to other classes.
    seconds : float
        Wall time of encoding, training and calibration.
    energy_distance : float
        Between synthetic rows, as they are handed out, and those of the class, both
        encoded; 0 is best. NaN, as the next two, where no GAN was trained.
    coverage : float
        Share of the class's rows that have a synthetic row among their nearest.
    nearest_row_ratio : float
        How far synthetic rows are from the class's, relative to how far these are
        from each other; near 0 for copies.
    theory : TheoryReadout or None
        What the theory of the game expects, and what was reached; None where no GAN
        was trained.
    verdicts : tuple of Verdict
        What went well and what did not, with the remedy, worst first. Empty for
        classes of fewer than ten rows.
    evidence : Evidence or None
        The figures that the verdicts depend on; None where no GAN was trained.

    Examples
    --------
    >>> from gansampler.report import ClassReport
    >>> print(ClassReport(20, 80, 500, 400, 0.3, 2.5, 0.01, 0.9, 0.4))
    20 rows, 80 added
    500 updates, number 400 kept, 2.5 seconds
    energy distance 0.010, coverage 0.90, nearest-row ratio 0.40, acceptance 0.30
    """

    n_rows: int
    n_synthetic: int
    n_iter: int
    best_iteration: int
    acceptance: float
    seconds: float
    energy_distance: float
    coverage: float
    nearest_row_ratio: float
    theory: TheoryReadout | None = None
    verdicts: tuple[Verdict, ...] = ()
    evidence: Evidence | None = None

    @property
    def status(self) -> str:
        """The worst status of the verdicts; "ok" where there are none.

        Examples
        --------
        >>> from gansampler.report import ClassReport
        >>> ClassReport(20, 80, 500, 400, 0.3, 2.5, 0.01, 0.9, 0.4).status
        'ok'
        """
        return worst(verdict.status for verdict in self.verdicts)

    @property
    def findings(self) -> tuple[Verdict, ...]:
        """The verdicts that are not "ok".

        Examples
        --------
        >>> from gansampler.report import ClassReport
        >>> ClassReport(20, 80, 500, 400, 0.3, 2.5, 0.01, 0.9, 0.4).findings
        ()
        """
        return tuple(verdict for verdict in self.verdicts if verdict.status != OK)

    def __str__(self) -> str:
        """Figures, theory and all verdicts."""
        lines = [
            f"{self.n_rows} rows, {self.n_synthetic} added",
            f"{self.n_iter} updates, number {self.best_iteration} kept, "
            f"{self.seconds:.1f} seconds",
            f"energy distance {self.energy_distance:.3f}, coverage "
            f"{self.coverage:.2f}, nearest-row ratio {self.nearest_row_ratio:.2f}, "
            f"acceptance {self.acceptance:.2f}",
        ]
        if self.theory is not None:
            lines += str(self.theory).splitlines()
        lines += [_line(verdict) for verdict in self.verdicts]
        return "\n".join(lines)


class Report(dict[Hashable, ClassReport]):
    """The reports by class, with a table of them as its text and its HTML.

    Examples
    --------
    >>> from gansampler.diagnosis import Verdict
    >>> from gansampler.report import ClassReport, Report
    >>> verdict = Verdict(
    ...     "copying", "poor", "Rows are copies.", "Raise copy_rejection."
    ... )
    >>> Report(
    ...     yes=ClassReport(
    ...         20, 80, 500, 400, 0.3, 2.5, 0.01, 0.9, 0.4, None, (verdict,)
    ...     )
    ... )
    class  rows  added  updates  coverage  newness  seconds  verdict
    'yes'    20     80      500      0.90     0.40      2.5     POOR
    'yes': copying: POOR: Rows are copies. Raise copy_rejection.
    """

    def __repr__(self) -> str:
        """A table with a row for each class, and below it what is not well."""
        if not self:
            return "Report of no classes"
        table = [[*COLUMNS, "verdict"]]
        table += [
            [*_cells(label, report), MARKS[report.status]]
            for label, report in self.items()
        ]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if i else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in table
        ]
        lines += [
            f"{plain_label(label)!r}: {_line(verdict)}"
            for label, report in self.items()
            for verdict in report.findings
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same for notebooks; it takes its colours from the page around it."""
        head = "".join(f"<th>{name}</th>" for name in (*COLUMNS, "verdict"))
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(*item))}"
            f"<td>{_badge(item[1].status)}</td></tr>"
            for item in self.items()
        )
        notes = "".join(
            f"<li>{_badge(verdict.status)} <b>{escape(repr(plain_label(label)))}</b>, "
            f"{escape(_title(verdict))}: {escape(verdict.message)} "
            f"<i>{escape(verdict.remedy)}</i></li>"
            for label, report in self.items()
            for verdict in report.findings
        )
        notes = notes and f"<ul>{notes}</ul>"
        return (
            f'<div class="gansampler-report"><style>{STYLE}</style>'
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            f"{notes}</div>"
        )


STYLE = (
    ".gansampler-report{color:inherit;font-size:90%}"
    ".gansampler-report table{border-collapse:collapse;background:none}"
    ".gansampler-report th,.gansampler-report td{padding:.25em .8em;text-align:right;"
    "border-bottom:1px solid rgba(128,128,128,.4);background:none;color:inherit}"
    ".gansampler-report th:first-child,.gansampler-report td:first-child"
    "{text-align:left}"
    ".gansampler-report ul{list-style:none;padding:0;margin:.6em 0}"
    ".gansampler-report li{margin:.3em 0}"
    ".gansampler-report .badge{border-radius:.6em;padding:.1em .6em;color:#fff;"
    "font-size:85%}"
)
"""Greys that show on white and on black; badges bring their own ground."""

BADGES = {OK: "#2b7a3d", WARN: "#8a5a00", POOR: "#b3261e"}
"""Grounds on which white is readable (contrast above 4.5)."""


def _badge(status: str) -> str:
    ground = BADGES[status]
    return f'<span class="badge" style="background:{ground}">{MARKS[status]}</span>'


def _cells(label: Hashable, report: ClassReport) -> list[str]:
    return [
        repr(plain_label(label)),
        str(report.n_rows),
        str(report.n_synthetic),
        str(report.n_iter),
        f"{report.coverage:.2f}",
        f"{report.nearest_row_ratio:.2f}",
        f"{report.seconds:.1f}",
    ]


def _title(verdict: Verdict) -> str:
    return verdict.name.replace("_", " ")


def _line(verdict: Verdict) -> str:
    text = f"{_title(verdict)}: {MARKS[verdict.status]}: {verdict.message}"
    return f"{text} {verdict.remedy}".rstrip()
