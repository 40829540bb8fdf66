"""Adjustment within families: equal to R p.adjust."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prepost.multiplicity import adjust

P = [0.01, 0.02, 0.03, 0.04, 0.05]
HOLES = [0.0003, 0.5, np.nan, 0.003, 0.054, 0.32, 1.0]


def one_family(p, method):
    series = pd.Series(p, dtype=float)
    return adjust(series, pd.Series("primary", index=series.index), method).to_numpy()


# Rscript tests/reference/multiplicity.R: p.adjust(p, "holm"), p.adjust(p, "BH")
@pytest.mark.parametrize(
    ("p", "method", "expected"),
    [
        (P, "holm", [0.05, 0.08, 0.09, 0.09, 0.09]),
        (P, "bh", [0.05] * 5),
        (P, "none", P),
        (HOLES, "holm", [0.0018, 1, np.nan, 0.015, 0.216, 0.96, 1]),
        (HOLES, "bh", [0.0018, 0.6, np.nan, 0.009, 0.108, 0.48, 1]),
    ],
)
def test_one_family_is_r(p, method, expected):
    assert one_family(p, method) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_expected_file_is_r(shared):
    expected = pd.read_csv(shared / "paired_reference" / "EXPECTED_R.csv").set_index("statistic")["value"]
    for method, row in (("holm", "holm"), ("bh", "BH")):
        assert one_family(P, method) == pytest.approx([float(x) for x in expected[row].split(";")], rel=1e-12)


def test_families_do_not_touch_each_other_and_keep_their_rows():
    # a: .01 .03 -> Holm .02 .03; b: .02 alone -> .02; no family -> missing; a missing p does not count
    p = pd.Series([0.03, 0.02, 0.01, 0.5, None], index=[7, 3, 9, 1, 4], dtype="Float64")
    family = pd.Series(["a", "b", "a", None, "a"], index=p.index)
    result = adjust(p, family)
    assert list(result.index) == [7, 3, 9, 1, 4]
    assert result.to_numpy() == pytest.approx([0.03, 0.02, 0.02, np.nan, np.nan], nan_ok=True)


def test_nothing_to_adjust():
    assert np.isnan(one_family([np.nan, np.nan], "holm")).all()
    assert len(one_family([], "holm")) == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusting_never_lowers_a_p_and_keeps_the_order(p):
    holm, bh = one_family(p, "holm"), one_family(p, "bh")
    order = np.argsort(p, kind="stable")
    for adjusted in (holm, bh):
        assert (adjusted >= np.array(p) * (1 - 1e-12)).all()
        assert (adjusted <= 1).all()
        assert (np.diff(adjusted[order]) >= -1e-15).all()
    assert (bh <= holm + 1e-12).all()


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="unknown method"):
        one_family(P, "bonferoni")
    with pytest.raises(ValueError, match="outside"):
        one_family([1.2], "holm")
    with pytest.raises(ValueError, match="index"):
        adjust(pd.Series([0.1]), pd.Series(["a"], index=[5]))
