"""Inputs of `hodu run`: files, literals, stdin, and errors that say what to write instead."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hodu
from hodu.dispatch.base import wrap

from .conftest import Cli

Y = "y: f32[2, 3] = [[18., 24., 30.], [38., 52., 66.]]"


def run_y(cli: Cli, *args: str, stdin: bytes = b"") -> str:
    result = cli("run", "affine.hdss", *args, "--output", "y", "-q", stdin=stdin)
    assert result.code == 0, result.err
    return result.out.strip()


def failure(cli: Cli, *args: str, code: int = 1) -> str:
    result = cli("run", "affine.hdss", *args, "-q")
    assert result.code == code and result.out == ""
    return result.err


@pytest.mark.parametrize("suffix", ["npy", "npz", "json", "hdt", "safetensors"])
def test_every_tensor_format_is_an_input(
    cli: Cli, affine: str, tmp_path: Path, suffix: str
) -> None:
    name = "" if suffix in ("npy", "json") else "x"
    x = wrap(np.array([[1, 2], [3, 4]], np.float32))
    hodu.save({name: x}, tmp_path / f"given.{suffix}")
    assert run_y(cli, "-i", f"x=given.{suffix}") == Y


def test_a_list_of_inputs(cli: Cli, affine: str) -> None:
    assert cli("run", affine, "-I", "x=x.npy,bias=4", "-q").out.endswith("twice: i32 = 8\n")
    result = cli("run", affine, "-I", "x=[[1,2],[3,4]],bias=4", "-q")
    assert result.out == f"{Y}\ntwice: i32 = 8\n"


def test_a_json_list(cli: Cli, affine: str) -> None:
    assert run_y(cli, "-i", "x=[[1, 2], [3, 4]]") == Y


def test_stdin_by_its_contents(cli: Cli, affine: str, tmp_path: Path) -> None:
    assert run_y(cli, "-i", "x=-", stdin=(tmp_path / "x.npy").read_bytes()) == Y
    text = json.dumps({"dtype": "f32", "shape": [2, 2], "data": [[1, 2], [3, 4]]})
    assert run_y(cli, "-i", "x=-", stdin=text.encode()) == Y


def test_empty_or_unknown_stdin(cli: Cli, affine: str) -> None:
    assert cli("run", affine, "-i", "x=-", "-i", "bias=1").code == 2
    result = cli("run", affine, "-i", "x=-", "-i", "bias=1", stdin=b"rubbish")
    assert result.code == 1 and "'stdin'" in result.err
    assert cli("run", affine, "-i", "x=-", "-i", "bias=-", stdin=b"x").code == 2


def test_a_tensor_of_a_file_with_several(cli: Cli, affine: str, tmp_path: Path) -> None:
    x = wrap(np.array([[1, 2], [3, 4]], np.float32))
    hodu.save({"a": x, "b": wrap(np.zeros((2, 2), np.float32))}, tmp_path / "two.safetensors")
    assert run_y(cli, "-i", "x=two.safetensors:a") == Y
    assert "holds 'a', 'b'" in failure(cli, "-i", "x=two.safetensors", "-i", "bias=1")
    hodu.save({"x": x, "other": x}, tmp_path / "named.safetensors")
    assert run_y(cli, "-i", "x=named.safetensors") == Y


def test_a_file_with_all_inputs(cli: Cli, affine: str, tmp_path: Path) -> None:
    x, bias = np.array([[1, 2], [3, 4]], np.float32), np.array(4, np.int32)
    hodu.save({"x": wrap(x), "bias": wrap(bias)}, tmp_path / "all.safetensors")
    assert cli("run", affine, "-i", "all.safetensors", "-q").out == f"{Y}\ntwice: i32 = 8\n"


def test_missing_inputs_are_all_listed_with_an_example(cli: Cli, affine: str) -> None:
    assert failure(cli) == (
        "error: missing inputs: x: f32[N, 2], bias: i32[]\n"
        "  help: as in: hodu run affine.hdss -i x=x.npy -i bias=bias.npy\n"
        "  help: or try `-i x=@rand`, or `-i @rand` for all inputs\n"
    )
    assert "error: missing input: bias: i32[]\n" in failure(cli, "-i", "x=x.npy")


def test_an_unknown_input_suggests_a_name(cli: Cli, affine: str) -> None:
    error = failure(cli, "-i", "bais=3")
    assert "the model has no input 'bais'" in error and "did you mean 'bias'?" in error


def test_shape_and_dtype_must_fit(cli: Cli, affine: str) -> None:
    error = failure(cli, "-i", "x=wide.npy", "-i", "bias=1")
    assert "error: input 'x' has shape [2, 3], the model expects [2, 2]" in error
    error = failure(cli, "-i", "x=x64.npy", "-i", "bias=1")
    assert "error: input 'x' is f64, the model expects f32\n  help: --cast" in error


def test_cast_on_request_and_where_nothing_is_lost(cli: Cli, affine: str) -> None:
    assert run_y(cli, "-i", "x=x64.npy", "--cast") == Y
    result = cli("run", affine, "-i", "x=x.npy", "-i", "bias=bias.npy")
    assert result.out.endswith("twice: i32 = 14\n")
    assert "     Casting bias from i64 to i32\n" in result.err


def test_an_integer_that_would_change_is_refused(cli: Cli, affine: str, tmp_path: Path) -> None:
    np.save(tmp_path / "bias.npy", np.array(2**40))
    assert "input 'bias' is i64, the model expects i32" in failure(
        cli, "-i", "x=x.npy", "-i", "bias=bias.npy"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3.5", "3.5 is no i32"),
        ("99999999999", "99999999999 is no i32"),
        ("true", "True is no i32"),
        ("[1, [2]]", "the lists differ in length"),
        ('["a"]', "holds more than numbers"),
        ("1" + "0" * 30, "too large"),
        ("[1, 2]", "has shape [2], the model expects []"),
        ("3 apples", "no such file: '3 apples'"),
    ],
)
def test_literals_that_do_not_fit(cli: Cli, affine: str, value: str, message: str) -> None:
    assert message in failure(cli, "-i", "x=x.npy", "-i", f"bias={value}")


def test_fills(cli: Cli, affine: str) -> None:
    ones = "y: f32[2, 3] = [[10., 14., 18.], [10., 14., 18.]]"
    assert run_y(cli, "-i", "x=@ones", "--dim", "N=2") == ones
    assert "twice: i32 = 0" in cli("run", affine, "-i", "@zeros", "--dim", "N=1", "-q").out
    first, again, other = (
        run_y(cli, "-i", f"x={spec}", "--dim", "N=1") for spec in ("@rand(3)", "@rand(3)", "@rand")
    )
    assert first == again != other


def test_a_fill_takes_sizes_from_other_inputs(cli: Cli, tmp_path: Path) -> None:
    with hodu.capture("sum") as board:
        a, b = board.input("a", ("N",)), board.input("b", ("N",))
        board.target("c", a + b)
    hodu.save(board.snapshot, tmp_path / "sum.hdss")
    result = cli("run", "sum.hdss", "-i", "a=@ones", "-i", "b=[1, 2, 3]", "-q")
    assert result.out == "c: f32[3] = [2., 3., 4.]\n"


def test_a_fill_of_unknown_size(cli: Cli, affine: str) -> None:
    error = failure(cli, "-i", "x=@ones", "-i", "bias=1")
    assert "the size of N is not known" in error and "--dim N=1" in error


@pytest.mark.parametrize(
    "args",
    [("x=@one",), ("x=@zeros(3)",), ("x=",), ("x=x.npy", "-i", "x=x.npy"), ("nofile",)],
)
def test_malformed_inputs_are_usage_errors(cli: Cli, affine: str, args: tuple[str, ...]) -> None:
    failure(cli, "-i", *args, "-i", "bias=1", code=2)


def test_nan_and_infinity_are_literals(cli: Cli, tmp_path: Path) -> None:
    with hodu.capture("double") as board:
        x = board.input("x", ())
        board.target("y", x + x)
    hodu.save(board.snapshot, tmp_path / "double.hdss")
    assert cli("run", "double.hdss", "-i", "nan", "-q").out == "y: f32 = nan\n"
    assert cli("run", "double.hdss", "-i", "x=-inf", "-q").out == "y: f32 = -inf\n"


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("i64", 2**63), ("u64", -1), ("u32", -1), ("f16", 1e9), ("f8e4m3", 1e9), ("f32", -1e40)],
)
def test_literals_that_the_dtype_cannot_hold(
    cli: Cli, tmp_path: Path, dtype: str, value: float
) -> None:
    save_identity(tmp_path, dtype)
    result = cli("run", "same.hdss", "-i", f"x=[{value}]", "-q")
    assert result.code == 1 and f"is no {dtype}" in result.err


@pytest.mark.parametrize(("given", "wanted"), [("i32", "u32"), ("i64", "u64"), ("u64", "i64")])
def test_integers_keep_their_sign(cli: Cli, tmp_path: Path, given: str, wanted: str) -> None:
    save_identity(tmp_path, wanted)
    hodu.save(hodu.tensor([-1]).to(given), tmp_path / "x.npy")
    result = cli("run", "same.hdss", "-i", "x.npy", "-q")
    assert result.code == 1 and f"'x' is {given}, the model expects {wanted}" in result.err


def save_identity(folder: Path, dtype: str) -> None:
    with hodu.capture("same") as board:
        board.target("y", board.input("x", ("N",), dtype))
    hodu.save(board.snapshot, folder / "same.hdss")


@pytest.mark.parametrize("size", [10**12, 2**62, 10**18])
def test_random_inputs_that_no_memory_holds(cli: Cli, affine: str, size: int) -> None:
    with hodu.capture("same") as board:
        board.target("y", board.input("x", ("N", 999), "f32"))
    hodu.save(board.snapshot, "same.hdss")
    result = cli("run", "same.hdss", "-i", "@rand", "--dim", f"N={size}", "-q")
    assert result.code == 1 and "memory" in result.err and "internal" not in result.err


def test_numbers_of_thousands_of_digits(cli: Cli, affine: str) -> None:
    digits = "9" * 5000
    assert "no such file" in failure(cli, "-i", f"x=[{digits}]", "-i", "bias=1")
    assert "not of the form NAME=SIZE" in failure(
        cli, "-i", "@ones", "--dim", f"N={digits}", code=2
    )


def test_a_list_longer_than_file_names(cli: Cli, tmp_path: Path) -> None:
    save_identity(tmp_path, "i64")
    result = cli("run", "same.hdss", "-i", f"x={list(range(2000))}", "-q")
    assert result.code == 0 and result.out.startswith("y: i64[2000] = [0, 1, 2, ")


def test_a_nameless_tensor_for_one_of_several_inputs(cli: Cli, affine: str) -> None:
    assert "'x.npy' holds one nameless tensor" in failure(cli, "-i", "x.npy")
