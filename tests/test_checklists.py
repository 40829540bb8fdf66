"""Reporting guidelines: every item is there, and each leads somewhere or says why it was not done."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from builds import ROOT
from prepost.interviews.sheets import NOT_DONE, ChecklistRow
from prepost.render.page import find_page_faults
from prepost.sheets import read_sheet
from prepost.study_checks_interviews import _checklists as check

SHEET = ROOT / "config" / "reporting.csv"
#: Tong et al. (2007, 10.1093/intqhc/mzm042), O'Brien et al. (2014, 10.1097/ACM.0000000000000388), O'Cathain et al.
#: (2008, 10.1258/jhsrp.2007.007074).
ITEMS = {"COREQ": 32, "SRQR": 21, "GRAMMS": 6}


def test_every_item_of_each_guideline_is_answered_once() -> None:
    rows = read_sheet(SHEET, ChecklistRow)
    assert Counter(row.checklist for row in rows) == ITEMS
    for name, many in ITEMS.items():
        assert [row.number for row in rows if row.checklist == name] == list(range(1, many + 1))
    assert any(row.answer == NOT_DONE for row in rows)


@pytest.mark.parametrize("cells", [{"answer": "yes"}, {"answer": NOT_DONE}, {"answer": "https://x.org"}, {"number": 0}])
def test_an_answer_is_a_place_or_says_why_there_is_none(cells: dict) -> None:
    with pytest.raises(ValueError, match=r"answer|note|number"):
        ChecklistRow(**{"checklist": "COREQ", "number": 1, "item": "x", "answer": "#sec-x"} | cells)


def test_a_file_that_is_not_there_and_an_item_twice_are_faults(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    sheet = "checklist,number,item,answer,note\nSRQR,1,x,config/no.yaml,\nSRQR,1,y,#sec-y,\n"
    (tmp_path / "config" / "reporting.csv").write_text(sheet, encoding="utf-8")
    told = "\n".join(str(fault) for fault in check(tmp_path / "config", "reporting.csv"))
    assert "'config/no.yaml' is not there" in told and "stands twice" in told


def test_a_link_that_leads_nowhere_stops_the_page() -> None:
    assert [
        fault
        for fault in find_page_faults('<a href="#sec-nowhere">x</a><p id="sec-here">', "page")
        if "nowhere" in str(fault)
    ]


def test_the_bundled_page_answers_each_item_with_a_link_that_resolves(bundled_results: Path) -> None:
    page = (bundled_results / "9_report" / "report.html").read_text(encoding="utf-8")
    assert 'id="sec-checklists"' in page
    ids = set(re.findall(r'id="([^"]+)"', page))
    answers = {row.answer[1:] for row in read_sheet(SHEET, ChecklistRow) if row.answer.startswith("#")}
    assert answers <= ids
