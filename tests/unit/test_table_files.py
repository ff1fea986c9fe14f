"""Tables into files: decimals, missing values and formulas of what leaves, one pass of Polars, files for the job itself."""

import pandas as pd
import polars as pl

from elt import files, table_files


def test_a_frame_is_csv_without_index_and_six_decimals(tmp_path):
    table_files.write_frame(tmp_path / "x.csv", pd.DataFrame({"a": ["x", None], "b": [0.1, 1 / 3]}, index=[7, 3]))
    assert (tmp_path / "x.csv").read_bytes() == b"a,b\nx,0.100000\n,0.333333\n"


def test_parts_stand_below_one_header_which_is_there_without_any_part(tmp_path):
    path = tmp_path / "x.csv"
    with files.staged(path) as temporary:
        table_files.write_parts(
            temporary, ["a", "b,c"], map(pl.DataFrame, [{"a": [1], "b,c": ["x"]}, {"a": [2], "b,c": ["y"]}])
        )
    assert path.read_bytes() == b'a,"b,c"\n1,x\n2,y\n'
    with files.staged(path) as temporary:
        table_files.write_parts(temporary, ["a"], [])
    assert path.read_bytes() == b"a\n"


def test_decimals_are_those_stated_by_column_and_what_is_missing_is_an_empty_cell(tmp_path):
    frame = pd.DataFrame({"a": [0.5, None], "b": [0.25, 1.0], "c": ["=1+1", None]})
    table_files.write_frame(tmp_path / "x.csv", frame, {"b": 2})
    assert (tmp_path / "x.csv").read_text() == "a,b,c\n0.500000,0.25,'=1+1\n,1.00,\n"


def test_frames_are_computed_in_one_pass_into_csv_and_parquet_which_says_what_it_is(tmp_path):
    frame = pl.LazyFrame({"a": [2, 1], "b": ["x", None]}).sort("a")
    with files.staged(tmp_path / "x.csv") as csv, files.staged(tmp_path / "x.parquet") as parquet:
        table_files.write_lazily({csv: frame, parquet: frame.select("a")}, {"told": "of x"})
    assert (tmp_path / "x.csv").read_text() == "a,b\n1,\n2,x\n"
    assert pl.read_parquet(tmp_path / "x.parquet").to_dict(as_series=False) == {"a": [1, 2]}
    assert pl.read_parquet_metadata(tmp_path / "x.parquet")["told"] == "of x"


def test_scratch_files_are_read_again_as_they_were_whole_and_by_part(tmp_path):
    frame = pl.DataFrame({"a": [1, 2, 3]})
    table_files.write_scratch(tmp_path / "x.arrow", frame, 2)
    assert pl.read_ipc(tmp_path / "x.arrow").equals(frame)
    (tmp_path / "parts").mkdir()
    found = table_files.write_scattered(tmp_path / "parts", frame.lazy(), pl.col("a") % 2, [(0, 2), (2, 1)])
    assert [[path.name for path in paths] for paths in found] == [["0.arrow"], ["1.arrow", "1.arrow"]]
    assert [[pl.read_ipc(path)["a"].to_list() for path in paths] for paths in found] == [[[2]], [[1], [3]]]
