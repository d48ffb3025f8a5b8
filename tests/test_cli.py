"""The command line: exit codes, whole messages, and files that it must not touch."""

import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler

import gansampler
from gansampler.cli import main
from gansampler.diagnosis import Verdict
from gansampler.exceptions import SmallClassWarning
from gansampler.report import ClassReport, Report

N_COMMON, N_RARE = 40, 12


class CopyingSampler(RandomOverSampler):
    """Repeats rows instead of training: for all that is not about training."""

    report_ = Report()

    def __init__(
        self,
        sampling_strategy="auto",
        *,
        device="auto",
        verbose=0,
        random_state=None,
        max_iter=500,
        border_rejection=0.2,
        rare_levels="class",
    ):
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)
        self.device = device
        self.verbose = verbose
        self.max_iter = max_iter
        self.border_rejection = border_rejection
        self.rare_levels = rare_levels
        CopyingSampler.last = self


@pytest.fixture(autouse=True)
def interruptible():
    """Let SIGINT interrupt: shells switch it off for what runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def copying(monkeypatch):
    """Let the command repeat rows, and tell with which parameters it would train."""
    monkeypatch.setattr(gansampler, "GANOversampler", CopyingSampler)
    return lambda: CopyingSampler.last.get_params()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a table of which the command must change nothing."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    n = N_COMMON + N_RARE
    lines = ["age,joined,income,city,member,churn"]
    for row in range(n):
        income = f"{rng.normal(2000, 500):.2f}" if row % 5 else "NA"
        day = f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.2023"
        city = rng.choice(['"Rome, Italy"', "Paris", "Oslo"])
        member = rng.choice(["TRUE", "FALSE"])
        age = rng.integers(18, 90) if row % 7 else ""
        label = "yes" if row < N_RARE else "no"
        lines.append(f"{age},{day},{income},{city},{member},{label}")
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def failure(capsys, *arguments):
    """Run a command that fails for a reason of its own, and return what it says."""
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert status == 1
    assert out == ""
    assert "Traceback" not in err
    return err


def misuse(capsys, *arguments):
    """Run a command that makes no sense, and return the last line of what it says."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert caught.value.code == 2
    assert out == ""
    assert err.startswith("usage: gansampler")
    return err.splitlines()[-1]


def balance(*more, source="in.csv", output="out.csv", target="churn"):
    return ["balance", source, "--target", target, "-o", output, *more]


# --- what comes out -------------------------------------------------------------------


def test_a_gan_balances_a_file(folder, capsys):
    before = digest(folder / "in.csv")
    status = main(balance("--random-state", "0", "--max-iter", "3"))
    out, err = capsys.readouterr()
    assert status == 0
    assert out == (
        "churn  before  after\n"
        "no         40     40\n"
        "yes        12     40\n"
        "wrote out.csv: 52 original and 28 synthetic rows\n"
    )
    assert "class 'yes'" in err
    assert "100%" in err
    assert digest(folder / "in.csv") == before
    original = (folder / "in.csv").read_text()
    written = (folder / "out.csv").read_text()
    assert written.startswith(original)
    synthetic = pd.read_csv(folder / "out.csv", dtype=str, keep_default_na=False)[52:]
    assert synthetic["churn"].tolist() == ["yes"] * 28
    assert synthetic["age"].str.fullmatch(r"\d\d|").all()
    assert synthetic["joined"].str.fullmatch(r"[0-3]\d\.[01]\d\.2023").all()
    assert synthetic["income"].str.fullmatch(r"-?\d+\.\d\d|NA").all()
    assert synthetic["city"].isin(["Rome, Italy", "Paris", "Oslo"]).all()
    assert synthetic["member"].isin(["TRUE", "FALSE"]).all()


def test_a_gan_balances_a_parquet_file(folder, capsys, mixed_table):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    X, y = mixed_table
    X.assign(churned=y).to_parquet("in.parquet")
    before = digest(folder / "in.parquet")
    arguments = balance(
        "--max-iter", "3", "--quiet", "--mark", "made", target="churned",
        source="in.parquet", output="out.parquet",
    )  # fmt: skip
    assert main(arguments) == 0
    assert capsys.readouterr().err == ""
    assert digest(folder / "in.parquet") == before
    original, written = pq.read_table("in.parquet"), pq.read_table("out.parquet")
    assert written.column_names == [*original.column_names, "made"]
    assert written.drop(["made"]).schema.equals(original.schema, check_metadata=True)
    assert written.drop(["made"])[: len(y)].equals(original)
    assert written.schema.field("made").type == pa.bool_()
    assert written["made"].to_pylist() == [False] * 120 + [True] * 60
    frame = pd.read_parquet("out.parquet")
    pd.testing.assert_frame_equal(frame[X.columns][: len(y)], X)
    assert frame["churned"].value_counts().to_dict() == {"no": 90, "yes": 90}


def test_the_same_seed_writes_the_same_bytes(folder):
    for output in ("a.csv.gz", "b.csv.gz", "c.csv.gz"):
        seed = "1" if output == "c.csv.gz" else "0"
        arguments = ["--random-state", seed, "--max-iter", "3", "--quiet"]
        assert main(balance(*arguments, output=output)) == 0
    assert digest(folder / "a.csv.gz") == digest(folder / "b.csv.gz")
    assert digest(folder / "a.csv.gz") != digest(folder / "c.csv.gz")
    text = gzip.decompress((folder / "a.csv.gz").read_bytes()).decode()
    assert text.startswith((folder / "in.csv").read_text())


def test_what_is_balanced_stays_as_it_is(folder, copying):
    (folder / "even.csv").write_text("x,churn\n1,yes\n2,no")
    assert main(balance(source="even.csv")) == 0
    assert (folder / "out.csv").read_text() == "x,churn\n1,yes\n2,no\n"


def test_mark_tells_synthetic_rows(folder, copying):
    assert main(balance("--mark", "synthetic")) == 0
    lines = (folder / "out.csv").read_text().splitlines()
    original = (folder / "in.csv").read_text().splitlines()
    assert lines[0] == original[0] + ",synthetic"
    assert lines[1:53] == [line + ",False" for line in original[1:]]
    assert len(lines) == 1 + 2 * N_COMMON
    assert all(line.endswith(",yes,True") for line in lines[53:])


def test_progress_bar_and_parameters(folder, copying, capsys):
    assert main(balance()) == 0
    assert copying() == {
        "sampling_strategy": "auto",
        "device": "auto",
        "verbose": 1,
        "random_state": None,
        "max_iter": 500,
        "border_rejection": 0.2,
        "rare_levels": "class",
    }
    options = ["--quiet", "--random-state", "7", "--device", "cpu", "--max-iter", "9"]
    options += ["--set", "border_rejection=0", "--set", "rare_levels=table"]
    assert main(balance(*options, "--force")) == 0
    assert copying() == {
        "sampling_strategy": "auto",
        "device": "cpu",
        "verbose": 0,
        "random_state": 7,
        "max_iter": 9,
        "border_rejection": 0,
        "rare_levels": "table",
    }


def test_any_parameter_can_be_set(folder, monkeypatch):
    """Values are JSON, or texts where they are none."""
    trained = []

    class Remembered(gansampler.GANOversampler):
        def fit_resample(self, X, y, **params):
            trained.append(self)
            return super().fit_resample(X, y, **params)

    monkeypatch.setattr(gansampler, "GANOversampler", Remembered)
    settings = {
        "hidden_layer_sizes": ("[4, 3]", [4, 3]),
        "batch_size": ("null", None),
        "value_range": ("None", None),
        "border_rejection": ("0", 0),
        "loss": ("hinge", "hinge"),
        "rare_levels": ("table", "table"),
        "latent_distribution": ('"uniform"', "uniform"),
    }
    options = ["--quiet", "--max-iter", "2"]
    for name, (text, _) in settings.items():
        options += ["--set", f"{name}={text}"]
    assert main(balance(*options)) == 0
    (sampler,) = trained
    expected = {name: value for name, (_, value) in settings.items()}
    assert sampler.get_params().items() >= expected.items()


def test_a_setting_that_cannot_be_is_refused(folder, capsys):
    message = failure(capsys, *balance("--set", "rare_levels=tabel", "--quiet"))
    assert message.startswith(
        "gansampler: error: The 'rare_levels' parameter of GANOversampler must be a "
        "str among {"
    )
    assert message.endswith("Got 'tabel' instead.\n")
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize(
    ("strategy", "sizes"),
    [
        ("auto", {"no": 40, "yes": 40}),
        ("minority", {"no": 40, "yes": 40}),
        ("not minority", {"no": 40, "yes": 12}),
        ("not majority", {"no": 40, "yes": 40}),
        ("all", {"no": 40, "yes": 40}),
        ("0.5", {"no": 40, "yes": 20}),
        ('{"yes": 25}', {"no": 40, "yes": 25}),
        ('{"YES": 12, "no": 41}', {"no": 41, "yes": 12}),
    ],
)
def test_sampling_strategies(folder, copying, strategy, sizes):
    assert main(balance("--sampling-strategy", strategy)) == 0
    labels = pd.read_csv(folder / "out.csv")["churn"]
    assert labels.value_counts().to_dict() == sizes


@pytest.mark.parametrize(
    ("labels", "strategy", "sizes"),
    [
        ([0, 1, 1, 1], '{"0": 2}', {0: 2, 1: 3}),
        ([True, False, False], '{"true": 2}', {True: 2, False: 2}),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_sizes_are_for_labels_of_any_type(
    folder, copying, labels, strategy, sizes, suffix
):
    frame = pd.DataFrame({"x": range(len(labels)), "churn": labels})
    if suffix == "csv":
        frame.to_csv("labels.csv", index=False)
    else:
        pytest.importorskip("pyarrow")
        frame.to_parquet("labels.parquet", index=False)
    options = ["--sampling-strategy", strategy]
    names = {"source": f"labels.{suffix}", "output": f"out.{suffix}"}
    assert main(balance(*options, **names)) == 0
    read = pd.read_csv if suffix == "csv" else pd.read_parquet
    assert read(f"out.{suffix}")["churn"].value_counts().to_dict() == sizes


def test_blanks_around_labels_make_no_further_class(folder, copying, capsys):
    text = "x,churn\n1,yes\n2,no\n3, no\n4,no \n"
    (folder / "blanks.csv").write_text(text)
    arguments = ["--sampling-strategy", '{"no": 5}']
    assert main(balance(*arguments, source="blanks.csv")) == 0
    assert capsys.readouterr().out == (
        "churn  before  after\n"
        "no          3      5\n"
        "yes         1      1\n"
        "wrote out.csv: 4 original and 2 synthetic rows\n"
    )
    assert (folder / "out.csv").read_text().startswith(text)


def test_separator_and_encoding(folder, copying):
    text = "x;churn\nétage;oui\nœuf;non\nœuf;non\n"
    (folder / "french.csv").write_bytes(text.encode("cp1252"))
    arguments = balance("--sep", ";", "--encoding", "cp1252", source="french.csv")
    assert main(arguments) == 0
    assert (folder / "out.csv").read_bytes() == (text + "étage;oui\n").encode("cp1252")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            ["1", "2.5", "", "NA", *["3.25"] * 37, "-"],
            "'-' in line 43: if it holds numbers, mend such cells or leave them empty",
        ),
        (
            ["1", "~1234", *["3"] * 40, "76.4%", "7"],
            "'~1234' in line 3 and 1 cell more: if it holds numbers, mend such cells "
            "or leave them empty",
        ),
        (
            ["unknown", "31.12.2020", *["01.02.2021"] * 60, "?", "x", "9.9.2021"],
            "'unknown' in line 2 and 2 cells more: if it holds dates, mend such cells "
            "or leave them empty",
        ),
        # Dates of digits alone, which must not become numbers.
        (
            [*(f"201901{day:02}" for day in range(1, 32)), *["00000000"] * 40, "", "0"],
            "'00000000' in line 33 and 40 cells more: if it holds dates, mend such "
            "cells or leave them empty",
        ),
        (
            [*(f"2019{month:02}" for month in range(1, 13)), "0"],
            "'0' in line 14: if it holds dates, mend such cells or leave them empty",
        ),
        # Many values, most of which are or look like numbers or dates.
        (
            [*(f"{row}.5" for row in range(30)), *["-", "unknown"] * 10],
            "'-' in line 32 and 19 cells more: if it holds numbers, mend such cells or "
            "leave them empty",
        ),
        (
            [*(f"{row}.5" for row in range(30)), *(f"{row}.5-" for row in range(20))],
            "'0.5-' in line 32 and 19 cells more: if it holds numbers, mend such cells "
            "or leave them empty",
        ),
        # What names things: codes, phones, addresses, versions.
        *(
            ([pattern.format(row) for row in range(100, 150)], None)
            for pattern in (
                *("A-1{}", "+49 30 123{}", "+4930123{}", "612 345 {}", "555-{}-6887"),
                *("(555) {}-6887", "10.0.0.{}", "1.2.{}", "12345678901234567{}"),
                *("{}-45-6789", "{}-110", "1234-12-34-{}", "0{}", "12:{}"),
            )
        ),
        ([*(f"{row}" for row in range(40)), *(f"A{row}" for row in range(10))], None),
        # Less than nearly all; codes; dates that may be read in two ways; text.
        (["1"] * 17 + ["-"], None),
        (["12345"] * 30 + ["01234"], None),
        (["01/02/2020"] * 30 + ["-"], None),
        (["a"] * 30 + ["1"], None),
        ([""] * 30, None),
        (["1", "2"] * 30, None),
    ],
)
def test_cells_that_make_a_column_text_are_named(
    folder, copying, capsys, cells, expected
):
    rows = [cell.replace("'", '"') + ",yes" for cell in cells]
    (folder / "in.csv").write_text("\n".join(["x,churn", *rows, ",no"]))
    assert main(balance()) == 0
    said = f"column 'x' of in.csv is read as text because of {expected}"
    assert capsys.readouterr().err == (
        "" if expected is None else f"gansampler: warning: {said}\n"
    )


@pytest.mark.parametrize(
    ("cells", "kind", "first", "example"),
    [
        ([f"${row}" for row in range(30)], "numbers", "'$0' in line 2", "1650.88"),
        (
            ["5", *(f'"{row},5"' for row in range(30)), "unknown"],
            "numbers",
            "'0,5' in line 3",
            "1650.88",
        ),
        (
            [f"{day}/{day}/2020" for day in range(1, 13)],
            "dates",
            "'1/1/2020' in line 2",
            "2021-01-31",
        ),
        (
            [f"{day:02}-JAN-20" for day in range(1, 32)],
            "dates",
            "'01-JAN-20' in line 2",
            "2021-01-31",
        ),
    ],
)
def test_text_that_looks_like_numbers_or_dates_is_named(
    folder, copying, capsys, cells, kind, first, example
):
    rows = [cell + ",yes" for cell in cells]
    (folder / "in.csv").write_text("\n".join(["x,churn", *rows, ",no"]))
    assert main(balance()) == 0
    assert capsys.readouterr().err == (
        "gansampler: warning: column 'x' of in.csv is read as text although its cells "
        f"look like {kind}, such as {first}: synthetic rows only repeat cells that are "
        f"there; for new {kind} write all of them like {example}\n"
    )


# --- what is refused ------------------------------------------------------------------


def test_unknown_target(folder, capsys):
    assert failure(capsys, *balance(target="chrun")) == (
        "gansampler: error: in.csv has no column 'chrun': did you mean 'churn'?\n"
    )


@pytest.mark.parametrize(
    ("target", "strategy", "expected"),
    [
        (
            "churn",
            '{"maybe": 50}',
            "column 'churn' has no class 'maybe': its classes are 'no', 'yes'",
        ),
        (
            "churn",
            '{"yes": 11}',
            "class 'yes' has 12 rows already, and rows are only added: ask for as many "
            "or more, not 11",
        ),
        (
            "churn",
            "0.3",
            "a share of 0.3 adds nothing: class 'yes' is already 0.3 times as large as "
            "the other; ask for a larger share",
        ),
        (
            "city",
            "0.5",
            "a share needs two classes, and column 'city' holds 3: write the wanted "
            'sizes in JSON, such as {"Paris": 21}',
        ),
    ],
)
def test_strategies_that_do_not_suit_the_classes(
    folder, capsys, target, strategy, expected
):
    arguments = balance("--sampling-strategy", strategy, target=target)
    assert failure(capsys, *arguments) == f"gansampler: error: {expected}\n"
    assert not (folder / "out.csv").exists()


def test_one_class_only(folder, capsys):
    (folder / "one.csv").write_text("x,churn\n1,no\n2,no\n")
    assert failure(capsys, *balance(source="one.csv")) == (
        "gansampler: error: column 'churn' holds one class only ('no'): there is "
        "nothing to balance\n"
    )


def test_mark_that_is_a_column_already(folder, capsys):
    assert failure(capsys, *balance("--mark", "city")) == (
        "gansampler: error: in.csv has a column 'city' already: choose another name "
        "for --mark\n"
    )


def test_mark_that_the_encoding_cannot_hold(folder, capsys):
    arguments = balance("--mark", "größe", "--encoding", "ascii", "--quiet")
    assert failure(capsys, *arguments) == (
        "gansampler: error: in.csv is read as ascii text, which cannot hold 'ö': "
        "choose another name than 'größe' for --mark, or another --encoding\n"
    )


@pytest.mark.parametrize(
    ("labels", "kinds"),
    [
        ([0, 1], "int64"),
        ([0.5, 1.5], "float64"),
        (pd.MultiIndex.from_tuples([("a", "b"), ("c", "d")]), "unicode and unicode"),
    ],
)
def test_mark_among_labels_that_are_no_texts(folder, copying, capsys, labels, kinds):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame([[1.5, "no"], [2.5, "no"], [3.5, "yes"]])
    frame.columns = labels
    frame.to_parquet("in.parquet")
    target = str(frame.columns[1])
    names = {"source": "in.parquet", "output": "out.parquet", "target": target}
    assert failure(capsys, *balance("--mark", "made", **names)) == (
        f"gansampler: error: the columns of in.parquet have labels of type {kinds} in "
        "pandas, among which it could not read a column 'made': leave --mark out, or "
        "write the file anew with labels that are texts\n"
    )
    assert not (folder / "out.parquet").exists()
    assert main(balance(**names)) == 0
    assert pd.read_parquet("out.parquet").columns.equals(frame.columns)


def test_output_that_exists(folder, copying, capsys):
    (folder / "out.csv").write_text("precious")
    assert failure(capsys, *balance()) == (
        "gansampler: error: out.csv exists already: choose another output, or allow "
        "with --force that it is replaced\n"
    )
    assert (folder / "out.csv").read_text() == "precious"
    assert main(balance("--force")) == 0
    assert (folder / "out.csv").read_text().startswith("age,joined,")


def test_input_is_never_written_over(folder, capsys):
    os.link("in.csv", "hard.csv")
    os.symlink("in.csv", "symbolic.csv")
    before = digest(folder / "in.csv")
    for output in ("in.csv", "hard.csv", "symbolic.csv", f"../{folder.name}/in.csv"):
        assert failure(capsys, *balance("--force", output=output)) == (
            f"gansampler: error: {output} is the input itself, which is never written "
            "over: choose another output\n"
        )
    assert digest(folder / "in.csv") == before


def test_output_in_a_folder_that_is_not_there(folder, capsys):
    assert failure(capsys, *balance(output="no/out.csv")) == (
        "gansampler: error: cannot write no/out.csv: the folder no is not there; make "
        "it first\n"
    )


def test_input_that_is_not_there(folder, capsys):
    assert failure(capsys, *balance(source="no.csv")) == (
        "gansampler: error: cannot read no.csv: no such file or directory\n"
    )


def test_infinity_is_refused_by_the_sampler_in_one_line(folder, capsys):
    (folder / "inf.csv").write_text("x,churn\n1,no\ninf,no\n3,yes\n")
    err = failure(capsys, *balance("--quiet", source="inf.csv"))
    assert err.startswith("gansampler: error: ")
    assert err.count("\n") == 1
    assert "infinit" in err.lower()
    assert not (folder / "out.csv").exists()


def test_amounts_are_no_classes(folder, capsys):
    (folder / "amounts.csv").write_text("x,churn\n1,0.5\n2,1.5\n3,2.5\n")
    err = failure(capsys, *balance("--quiet", source="amounts.csv"))
    assert err.startswith("gansampler: error: Unknown label type: continuous.")
    assert err.count("\n") == 1


def test_device_that_is_not_there(folder, capsys):
    err = failure(capsys, *balance("--quiet", "--device", "cuda:99"))
    assert err.startswith("gansampler: error: ")
    assert err.count("\n") == 1
    assert "cuda:99" in err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--sampling-strategy", "half"],
            "argument --sampling-strategy: 'half' is none of auto, minority, not "
            "minority, not majority, all, a number such as 0.5, or JSON such as "
            '{"yes": 500}',
        ),
        (
            ["--sampling-strategy", "1.5"],
            "argument --sampling-strategy: 1.5 is no share above 0 and at most 1; for "
            'a number of rows write JSON such as {"yes": 500}',
        ),
        (
            ["--sampling-strategy", "nan"],
            "argument --sampling-strategy: nan is no share above 0 and at most 1; for "
            'a number of rows write JSON such as {"yes": 500}',
        ),
        (
            ["--sampling-strategy", '{"yes": 1.5}'],
            "argument --sampling-strategy: the size of class 'yes' must be a whole "
            "number from 0 on, not 1.5",
        ),
        (
            ["--sampling-strategy", '{"yes": true}'],
            "argument --sampling-strategy: the size of class 'yes' must be a whole "
            "number from 0 on, not true",
        ),
        (
            ["--sampling-strategy", '{"yes": -1}'],
            "argument --sampling-strategy: the size of class 'yes' must be a whole "
            "number from 0 on, not -1",
        ),
        (
            ["--sampling-strategy", "{yes: 5}"],
            "argument --sampling-strategy: '{yes: 5}' is not JSON such as "
            '{"yes": 500}: Expecting property name enclosed in double quotes: line 1 '
            "column 2 (char 1)",
        ),
        (
            ["--random-state", "x"],
            "argument --random-state: 'x' is not a whole number",
        ),
        (
            ["--random-state", "-1"],
            "argument --random-state: -1 is not between 0 and 4294967295",
        ),
        (["--max-iter", "0"], "argument --max-iter: 0 is below 1"),
        (
            ["--max-iter", str(10**23)],
            f"argument --max-iter: {10**23} is too large, choose a smaller one",
        ),
        (
            ["--sampling-strategy", f'{{"yes": {10**23}}}'],
            f"argument --sampling-strategy: {10**23} is too large, choose a smaller "
            "one",
        ),
        (
            ["--set", f"batch_size={10**23}"],
            f"argument --set: {10**23} is too large, choose a smaller one",
        ),
        (
            ["--set", f"hidden_layer_sizes=[8, {10**23}]"],
            f"argument --set: {10**23} is too large, choose a smaller one",
        ),
        (
            ["--set", "rare_levels"],
            "argument --set: 'rare_levels' is not of the form NAME=VALUE, such as "
            "rare_levels=table",
        ),
        (
            ["--set", "rare-level=table"],
            "argument --set: 'rare-level' is no parameter of GANOversampler; did you "
            "mean rare_levels?",
        ),
        (["--set", "verbose=1"], "argument --set: for verbose use --quiet"),
        (
            ["--set", "callback=print"],
            "argument --set: 'callback' is no parameter of GANOversampler",
        ),
        (
            ["--sep", ",,"],
            "argument --sep: ',,' is not one character (for a tab write tab)",
        ),
        (
            ["--encoding", "utf-9"],
            "argument --encoding: 'utf-9' is not an encoding; utf-8, utf-16, latin-1 "
            "and cp1252 are some",
        ),
        (
            ["--encoding", "hex"],
            "argument --encoding: 'hex' is not an encoding; utf-8, utf-16, latin-1 and "
            "cp1252 are some",
        ),
    ],
)
def test_arguments_that_make_no_sense(folder, capsys, arguments, expected):
    assert misuse(capsys, *balance(*arguments)) == (
        f"gansampler balance: error: {expected}"
    )
    assert not (folder / "out.csv").exists()


def test_mistyped_command(capsys):
    # Python 3.12 writes the choices without quotes.
    assert (
        misuse(capsys, "balanse")
        .replace("'", "")
        .startswith("gansampler: error: argument COMMAND: invalid choice: balanse")
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--max_iter", "5"], "--max_iter 5; did you mean --max-iter?"),
        (["--Mark=x"], "--Mark=x; did you mean --mark?"),
        (["--sampling_stratgy", "0.5"], "--sampling_stratgy 0.5; did you mean "
         "--sampling-strategy?"),
        (["more.csv"], "more.csv"),
    ],
)  # fmt: skip
def test_mistyped_options(folder, capsys, arguments, expected):
    assert misuse(capsys, *balance(*arguments)) == (
        f"gansampler balance: error: unrecognized arguments: {expected}"
    )


def test_mistyped_option_that_is_required(folder, capsys):
    arguments = ["balance", "in.csv", "--traget", "churn", "-o", "out.csv"]
    assert misuse(capsys, *arguments) == (
        "gansampler balance: error: the following arguments are required: --target; "
        "did you mean --target with --traget?"
    )
    arguments = ["balance", "in.csv", "--target", "churn", "--ouput=out.csv"]
    assert misuse(capsys, *arguments) == (
        "gansampler balance: error: the following arguments are required: -o/--output; "
        "did you mean --output with --ouput?"
    )


def test_missing_arguments(capsys):
    assert misuse(capsys) == (
        "gansampler: error: the following arguments are required: COMMAND"
    )
    assert misuse(capsys, "balance", "in.csv") == (
        "gansampler balance: error: the following arguments are required: --target, "
        "-o/--output"
    )
    assert misuse(capsys, "demo", "--output", "a.txt") == (
        "gansampler demo: error: argument --output: 'a.txt' must end in .png, .pdf "
        "or .svg"
    )


# --- what happens on the way ----------------------------------------------------------


def with_fit_resample(monkeypatch, behave):
    """Let the sampler do something first."""

    class Behaving(CopyingSampler):
        def fit_resample(self, X, y, **parameters):
            behave()
            return super().fit_resample(X, y, **parameters)

    monkeypatch.setattr(gansampler, "GANOversampler", Behaving)


def raising(error):
    def behave():
        raise error

    return behave


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (KeyboardInterrupt(), 130, "gansampler: interrupted\n"),
        (ValueError("two\n  lines"), 1, "gansampler: error: two lines\n"),
        (
            RuntimeError("the GPU is on fire"),
            1,
            "gansampler: error: the GPU is on fire\n",
        ),
        (MemoryError("9 TB"), 1, "gansampler: error: not enough memory. 9 TB\n"),
        (MemoryError(), 1, "gansampler: error: not enough memory.\n"),
    ],
)
def test_errors_while_sampling(folder, monkeypatch, capsys, error, status, expected):
    with_fit_resample(monkeypatch, raising(error))
    assert main(balance()) == status
    out, err = capsys.readouterr()
    assert (out, err) == ("", expected)
    assert [path.name for path in folder.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    "setting",
    [
        f"batch_size={10**15}",
        f"latent_dim={10**15}",
        f"hidden_layer_sizes=[{10**15}, {10**15}]",
    ],
)
def test_networks_that_no_memory_holds(folder, capsys, setting):
    assert failure(capsys, *balance("--quiet", "--set", setting)) == (
        "gansampler: error: not enough memory to train: choose a smaller batch_size, "
        "latent_dim or hidden_layer_sizes\n"
    )


@pytest.mark.parametrize("kind", [KeyError, TypeError])
def test_a_bug_shows_where_it_is(folder, monkeypatch, kind):
    with_fit_resample(monkeypatch, raising(kind("a bug")))
    with pytest.raises(kind, match="a bug"):
        main(balance())


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_signal_while_writing_leaves_nothing(
    folder, copying, monkeypatch, capsys, signal_number
):
    def stop(descriptor):
        assert any(path.suffix == ".part" for path in folder.iterdir())
        os.kill(os.getpid(), signal_number)
        time.sleep(10)  # interrupted at once

    handler = signal.getsignal(signal_number)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", stop)
        assert main(balance()) == 128 + signal_number
    word = "interrupted" if signal_number == signal.SIGINT else "terminated"
    assert capsys.readouterr() == ("", f"gansampler: {word}\n")
    assert [path.name for path in folder.iterdir()] == ["in.csv"]
    assert signal.getsignal(signal_number) == handler


def test_warnings_take_one_line_each(folder, monkeypatch, capsys):
    def behave():
        warnings.warn(SmallClassWarning("class 'yes'\nis small"), stacklevel=1)
        warnings.warn("mind the gap", UserWarning, stacklevel=1)
        warnings.warn("for developers", FutureWarning, stacklevel=1)

    with_fit_resample(monkeypatch, behave)
    assert main(balance()) == 0
    assert capsys.readouterr().err == (
        "gansampler: warning: class 'yes' is small\ngansampler: warning: mind the gap\n"
    )


def test_what_trainings_say_of_columns_is_a_warning(
    folder, copying, monkeypatch, capsys
):
    def of_class(*names):
        verdicts = tuple(Verdict(name, "warn", f"{name}!", "Do.") for name in names)
        return ClassReport(20, 80, 500, 400, 0.3, 2.5, 0.01, 0.9, 0.4, None, verdicts)

    report = Report(
        yes=of_class("identifiers", "late_divergence"),
        no=of_class("identifiers", "rare_levels"),
    )
    monkeypatch.setattr(CopyingSampler, "report_", report)
    assert main(balance()) == 0
    assert capsys.readouterr().err == (
        "gansampler: warning: classes 'yes', 'no': identifiers! Do.\n"
        "gansampler: warning: class 'no': rare_levels! Do.\n"
    )


def test_a_full_disk(folder, copying, monkeypatch, capsys):
    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    assert failure(capsys, *balance()) == (
        "gansampler: error: cannot write out.csv: no space left on device\n"
    )
    assert [path.name for path in folder.iterdir()] == ["in.csv"]


# --- as a process ---------------------------------------------------------------------


def run_python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, **options
    )


def balance_and_report(output):
    """Run ``balance`` with a page as a process, and return its status and errors."""
    pytest.importorskip("matplotlib")
    arguments = balance("--max-iter", "2", "--quiet", "--report", "page.html")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "gansampler", *arguments],
        stdout=output,
        stderr=subprocess.PIPE,
        env=environment,
    )
    if output == subprocess.PIPE:
        process.stdout.close()  # nobody listens
        process.stdout = None
    _, err = process.communicate(timeout=120)
    return process.returncode, err.decode()


def test_nobody_listens(folder):
    status, err = balance_and_report(subprocess.PIPE)
    assert (status, err) == (141, "")
    assert len((folder / "out.csv").read_text().splitlines()) == 1 + 2 * N_COMMON
    assert "</html>" in (folder / "page.html").read_text()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
def test_what_is_printed_finds_no_room(folder):
    with open("/dev/full", "wb") as full:
        status, err = balance_and_report(full)
    assert (status, err) == (
        1,
        "gansampler: error: all is done, but it could not be printed: no space left on "
        "device\n",
    )
    assert "</html>" in (folder / "page.html").read_text()


def test_labels_that_the_terminal_cannot_show(folder, copying, monkeypatch):
    (folder / "labels.csv").write_text("x,churn\n1,いいえ\n2,いいえ\n3,はい\n", "utf-8")
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(balance(source="labels.csv")) == 0
    shown = terminal.buffer.getvalue().decode("cp1252")
    assert r"\u306f\u3044" in shown
    assert "wrote out.csv: 3 original and 1 synthetic rows" in shown


def test_version():
    result = run_python("-m", "gansampler", "--version")
    assert (result.returncode, result.stdout) == (0, f"{gansampler.__version__}\n")
    assert result.stderr == ""


def test_help_loads_nothing_heavy():
    code = (
        "import json, sys\n"
        "from gansampler.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "finally:\n"
        "    print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    result = run_python("-c", code)
    assert result.returncode == 0
    assert "balance" in result.stdout
    assert "demo" in result.stdout
    heavy = {"torch", "numpy", "pandas", "sklearn", "scipy", "imblearn"}
    assert heavy.isdisjoint(json.loads(result.stderr))


def test_interrupt_from_outside(folder):
    arguments = balance("--max-iter", "1000000")
    process = subprocess.Popen(
        [sys.executable, "-m", "gansampler", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        seen = b""
        # The progress bar is there and has moved: training has begun.
        while seen.count(b"class 'yes'") < 2:
            seen += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == b""
    assert err.endswith(b"gansampler: interrupted\n")
    assert b"Traceback" not in err
    assert [path.name for path in folder.iterdir()] == ["in.csv"]
