"""Damaged tables: the command balances them, or refuses each in one sentence."""

import bz2
import gzip
import lzma
import re
from functools import partial

import numpy as np
import pandas as pd
import pytest

import gansampler
from gansampler import GANOversampler
from gansampler.cli import main
from tests.fuzz import quick_measures

WORDS = [b"inf", b"1e999", b"-", b"NaN", b'"', b'""', b"\0", b"\xff", b"\r", b"\n"]
WORDS += [b",", b";", b"\t", b"2024-13-45", b"\xef\xbb\xbf", b"9" * 400, b"'", b"="]
WORDS += ["٣".encode(), "\u2028".encode(), b"1_000", b"0x1F", b"true", b"x" * 200_000]


def customers(n=26):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "income": rng.normal(2000, 500, n).round(2),
            "city": rng.choice(["Rome, Italy", "Oslo", None], n),
            "since": pd.date_range("2024-01-01", periods=n).strftime("%Y-%m-%d"),
            "churn": np.where(np.arange(n) % 3 == 0, "yes", "no"),
        }
    )


def mutants(content, rng, words=()):
    """Content with one to three things changed, without end."""
    while True:
        mutant = content
        for _ in range(rng.integers(1, 4)):
            at = int(rng.integers(max(1, len(mutant))))
            kind = rng.integers(8 if words else 6)
            if kind == 0:
                flipped = bytes([mutant[at] ^ (1 << int(rng.integers(8)))])
                mutant = mutant[:at] + flipped + mutant[at + 1 :]
            elif kind == 1:
                mutant = mutant[:at]
            elif kind == 2:
                mutant = mutant[:at] + mutant[at + int(rng.integers(1, 60)) :]
            elif kind == 3:
                mutant = mutant[:at] + rng.bytes(int(rng.integers(1, 9))) + mutant[at:]
            elif kind == 4:
                mutant = mutant[:at] + mutant[at // 2 :]
            elif kind == 5:
                mutant = mutant[at:]
            else:
                word = words[rng.integers(len(words))]
                mutant = mutant[:at] + word + mutant[at + (kind == 6) * len(word) :]
            mutant = mutant or b"\n"
        yield mutant


def filled_lines(text):
    """Lines that are not empty: blank ones are no rows, and are left out."""
    return [line for line in re.split(rb"[\r\n]+", text) if line]


def to_parquet(folder):
    pytest.importorskip("pyarrow")
    customers().to_parquet(folder / "whole.parquet")
    return (folder / "whole.parquet").read_bytes()


CSV = customers().to_csv(index=False).encode()
FORMATS = {
    "in.csv": (lambda folder: CSV, WORDS, None, 280),
    "in.csv.gz": (lambda folder: gzip.compress(CSV), (), gzip.decompress, 25),
    "in.csv.bz2": (lambda folder: bz2.compress(CSV), (), bz2.decompress, 15),
    "in.csv.xz": (lambda folder: lzma.compress(CSV), (), lzma.decompress, 15),
    "in.parquet": (to_parquet, (), None, 165),
}


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_tables_are_balanced_or_refused(name, tmp_path, monkeypatch, capsys):
    make, words, decompress, n_mutants = FORMATS[name]
    small = partial(GANOversampler, hidden_layer_sizes=(4,))
    monkeypatch.setattr(gansampler, "GANOversampler", small)
    monkeypatch.chdir(tmp_path)
    content = make(tmp_path)
    output = name.replace("in.", "out.")
    arguments = ["balance", name, "--target", "churn", "-o", output, "--quiet"]
    arguments += ["--max-iter", "1", "--random-state", "0"]
    numbers = iter(mutants(content, np.random.default_rng(1), words))
    opened = 0
    for _ in range(n_mutants):
        mutant = next(numbers)
        (tmp_path / name).write_bytes(mutant)
        before = sorted(path.name for path in tmp_path.iterdir())
        with quick_measures():
            status = main(arguments)
        lines = capsys.readouterr().err.splitlines()
        errors = [line for line in lines if not line.startswith("gansampler: warning:")]
        assert (tmp_path / name).read_bytes() == mutant
        if status == 0:
            opened += 1
            assert errors == []
            written = (tmp_path / output).read_bytes()
            if decompress is not None:
                written, mutant = decompress(written), decompress(mutant)
            if "csv" in name:
                given = filled_lines(mutant)
                assert filled_lines(written)[: len(given)] == given
            (tmp_path / output).unlink()
        else:
            assert status == 1
            assert len(errors) == 1, errors
            assert errors[0].startswith("gansampler: error: ")
        assert sorted(path.name for path in tmp_path.iterdir()) == before
    if name in ("in.csv", "in.parquet"):
        assert 0 < opened < n_mutants
