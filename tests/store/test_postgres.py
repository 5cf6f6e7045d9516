"""What is said of a PostgreSQL store: never its password."""

from __future__ import annotations

import pytest

from holdfast.store.database import StoreError
from holdfast.store.postgres import Postgres


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
