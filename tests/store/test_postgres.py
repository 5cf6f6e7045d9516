"""What is said of a PostgreSQL store: never its password."""

from __future__ import annotations

from contextlib import closing

import pytest
from tests.store.conftest import SERVER

from holdfast.store.database import StoreError
from holdfast.store.postgres import Postgres


@pytest.mark.skipif(not SERVER, reason="no PostgreSQL is named")
def test_a_schema_that_the_url_names_is_used() -> None:
    given = "options=-csearch_path%3Dpg_catalog%20-csynchronous_commit%3Doff"
    with closing(Postgres(f"{SERVER}{'&' if '?' in SERVER else '?'}{given}")) as database:
        assert database.rows("SHOW search_path") == [("pg_catalog",)]
        assert database.rows("SHOW synchronous_commit") == [("on",)]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://jo:s3cret@127.0.0.1:1/ml", "postgresql://127.0.0.1/ml: PostgreSQL refuses"),
        ("postgresql://127.0.0.1:1/ml?password=s3cret", "postgresql://127.0.0.1/ml: PostgreSQL refuses"),
        ("postgresql://jo:s3cret@127.0.0.1:x/ml", "invalid integer value"),
        ("postgresql://jo:s3cret%zz@127.0.0.1/ml", "invalid percent-encoded token"),
        ("postgresql://jo:s3cret/x@127.0.0.1/ml", "cannot be understood"),
        ("postgresql://jo:s3cret?x@127.0.0.1/ml", "cannot be understood"),
        ("postgresql://jo:s3cret#x@127.0.0.1/ml", "cannot be understood"),
        ("postgresql://[", "cannot be understood"),
        ("postgresql://jo:s3cret@\udcff:1/ml", "PostgreSQL refuses"),
    ],
)
def test_a_store_that_is_not_there_is_named_without_its_password(url: str, said: str) -> None:
    with pytest.raises(StoreError) as error:
        Postgres(url)
    assert said in str(error.value)
    assert "s3cret" not in str(error.value)
