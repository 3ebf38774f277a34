import pytest

from samskab.civic.foundation.core.exports import csv_response, safe_cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+45 rolige dage", "'+45 rolige dage"),
        (-3.5, "-3.5"),
        (None, ""),
        ("Kaffe", "Kaffe"),
    ],
)
def test_a_cell_is_never_run_by_a_spreadsheet(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_the_file_has_a_heading_and_danish_letters() -> None:
    response = csv_response(
        "liste", [{"navn": "Æblegården, øst"}], {"navn": lambda row: row["navn"]}
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    assert text == 'navn\r\n"Æblegården, øst"\r\n'
