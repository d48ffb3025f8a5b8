"""A page on synthetic rows: what ``gansampler report`` and ``balance --report`` write.

``judge_class`` measures the rows of one class beside real ones and says what is to be
said of them; ``write_page`` makes one HTML file of it, pictures included, which opens
without a network and without scripts.
"""

from gansampler.htmlreport._judgement import (
    ClassJudgement,
    JudgedRows,
    judge_class,
)
from gansampler.htmlreport._page import Training, conclusion, write_page

__all__ = [
    "ClassJudgement",
    "JudgedRows",
    "Training",
    "conclusion",
    "judge_class",
    "write_page",
]
