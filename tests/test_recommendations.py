"""Recommendations are held to the numbers that they name, and a checklist to its items."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from builds import ROOT, copy_toy
from prepost import facts as fact_files
from prepost.errors import StudyError
from prepost.facts import Facts
from prepost.recommendations import hold_to_facts, load_checklist, load_recommendations
from prepost.report.recommendation_map import recommendation_map
from prepost.study_loading import load
from prepost.trace import trace

CONFIG = ROOT / "config"
HEAD = "set,recommendation,relation,fact,reading\n"


def known(**values: float) -> Facts:
    made = {
        f"t/{name}/estimate": {"value": value, "text": f"{value:.2f}", "mark": ""}
        | {"source": {"table": "t.csv", "row": name, "column": "estimate"}}
        for name, value in values.items()
    }
    return Facts(made)


def written(tmp_path: Path, *lines: str) -> list:
    path = tmp_path / "recommendations.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return load_recommendations(path)


def test_a_linked_number_that_disappears_is_refused_with_its_line(tmp_path):
    rows = written(tmp_path, "A,do it,supports,t/here/estimate,[[fact]]", "A,do it,qualifies,t/gone/estimate,[[fact]]")
    hold_to_facts(rows, known(here=1.0, gone=2.0))
    with pytest.raises(StudyError) as error:
        hold_to_facts(rows, known(here=1.0))
    (fault,) = error.value.faults
    assert fault.where == "config/recommendations.csv · line 3 · fact · [[t/gone/estimate]]"
    assert "no released table holds this number" in fault.what and fault.expected and fault.fix


def test_the_map_keeps_sets_apart_and_links_each_number(tmp_path):
    rows = written(
        tmp_path,
        "A,do it,supports,t/x/estimate,About [[fact %]] want *it*",
        "A,do it,contradicts,t/y/estimate,only [[fact 1]] points",
        "B,do that,,,Nothing is known",
    )
    facts = known(x=0.66, y=1.25)

    def span(key, text=None):
        fact = facts.fact(key)
        return fact_files.span(fact if text is None else replace(fact, text=text))

    said = recommendation_map(SimpleNamespace(recommendations=rows, facts=facts, span=span))
    assert said.index("#### A") < said.index("#### B")
    assert '- *Supports it:* About [66%](#row-t-x){.fact key="t/x/estimate"} want \\*it\\*' in said
    assert '- *Contradicts it:* only [1.3](#row-t-y){.fact key="t/y/estimate"} points' in said
    assert "- *No number bears on it.* Nothing is known" in said


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("A,do it,supports,,words", "stand together"),
        ("A,do it,,t/x/estimate,[[fact]]", "stand together"),
        ("A,do it,supports,t/x/estimate,words alone", "does not say where the number stands"),
        ("A,do it,backs,t/x/estimate,[[fact]]", "supports"),
        (",do it,supports,t/x/estimate,[[fact]]", "set"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(tmp_path, line, what):
    with pytest.raises(StudyError) as error:
        written(tmp_path, line)
    assert what in str(error.value) and "line 2" in str(error.value)


def test_every_item_of_the_checklist_is_answered(tmp_path):
    rows = load_checklist(CONFIG / "cheers.csv")
    assert [row.item for row in rows] == list(range(1, 29))  # CHEERS 2022 has 28 items
    assert {row.answered for row in rows if not row.answered.startswith("#")} == {"not done"}
    path = tmp_path / "cheers.csv"
    path.write_text("item,asks,answered,note\n1,a,#sec-money,\n3,c,not done,why\n", encoding="utf-8")
    with pytest.raises(StudyError, match="item 2 is not answered"):
        load_checklist(path)
    path.write_text("item,asks,answered,note\n1,a,not done,\n", encoding="utf-8")
    with pytest.raises(StudyError, match="needs its reason"):
        load_checklist(path)


def test_faults_of_the_sheets_are_told_when_the_study_is_loaded(tmp_path):
    """Together with those of every other sheet, before anything is run."""
    config = copy_toy(tmp_path) / "config"
    text = (config / "study.yaml").read_text(encoding="utf-8")
    (config / "study.yaml").write_text(text + "\nstrands: [learners, economics, claims]\n", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load(config)
    assert {fault.where for fault in error.value.faults} == {"config/economics.yaml", "config/claims.csv"}
    for name in ("economics.yaml", "claims.csv", "references.csv"):
        shutil.copy(CONFIG / name, config / name)
    assert load(config).settings.parts == ["learners", "economics", "claims"]
    sheet = (config / "claims.csv").read_text(encoding="utf-8")
    (config / "claims.csv").write_text(
        sheet.replace("population * gp_share,", "poppulation * gp_share,"), encoding="utf-8"
    )
    with pytest.raises(StudyError, match="did you mean 'population'"):
        load(config)


# The bundled study, built --------------------------------------------------------------------------------------------
def test_the_report_says_what_the_figures_allow(bundled_results):
    page = (bundled_results / "9_report" / "report.html").read_text(encoding="utf-8")
    for words in (
        "value of visits that respondents judged avoidable, if all judged right and the capacity were released",
        "part in this value is not estimated",
        "does not follow",
        "Recommendations, and the numbers that bear on them",
    ):
        assert words in page
    facts = fact_files.load(bundled_results / "8_exhibits" / "facts.json")
    for row in load_recommendations(CONFIG / "recommendations.csv"):
        if row.fact:
            assert f'data-key="{row.fact}"' in page and facts[row.fact].value is not None


def test_published_numbers_are_not_called_synthetic(bundled_results):
    page = (bundled_results / "9_report" / "report.html").read_text(encoding="utf-8")
    for name in ("economics_chain.csv", "economics_tornado.csv", "claims_verdicts.csv"):
        foot = page[page.index(name) : page.index("</div>", page.index(name))]
        assert "From published figures" in foot and "Synthetic data" not in foot


def test_a_published_number_walks_back_to_its_sheet_and_to_nobody(bundled_results):
    study = bundled_results.parent
    for key, sheet in (
        ("economics_values/gp.per_window.100/ci_low", "config/economics.yaml"),
        ("claims_verdicts/claim.gp_value/estimate", "config/claims.csv"),
    ):
        found = trace(key, study, study / "data")
        assert sheet in found.inputs and len(found.lines) == 0
        assert found.private["row_id"] == found.released["row_id"] == key.split("/")[1]
