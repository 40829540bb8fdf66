"""Loading a study: every fault at once, each with its place and the nearest names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from builds import ROOT, copy_toy
from prepost.errors import StudyError
from prepost.study_loading import load, load_resolved, missing_raw_files, resolved
from prepost.yaml_files import read_yaml


@pytest.fixture
def config(tmp_path) -> Path:
    """The toy study's config, in a copy."""
    return copy_toy(tmp_path) / "config"


def change(path: Path, old: str, new: str) -> None:
    """Put other words into a file, of which it must hold the old ones."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(config: Path) -> dict[str, str]:
    """Place to text of every fault of the study."""
    with pytest.raises(StudyError) as error:
        load(config)
    found: dict[str, str] = {}
    for fault in error.value.faults:
        where = fault.where.removeprefix("config/")
        found[where] = found.get(where, "") + str(fault) + "\n"
    return found


@pytest.mark.parametrize("folder", ["config", "studies/dart/config", "tests/toy_study/config"])
def test_the_projects_own_studies_load_and_are_the_same_when_read_back(folder, tmp_path) -> None:
    study = load(ROOT / folder)
    path = tmp_path / "run_config.yaml"
    path.write_text(resolved(study), encoding="utf-8")
    again = load_resolved(path)
    assert again.settings == study.settings and resolved(again) == resolved(study)


def test_defaults_stand_where_the_study_is_silent_and_below_what_it_says(config) -> None:
    settings = load(config).settings
    assert settings.release.threshold == 5 and settings.release.rounding is None
    assert settings.cleaning.speeders.seconds == 20 and settings.cleaning.unfitting_share == 0.2


def test_faults_of_the_yaml_and_of_every_sheet_are_told_at_once(config) -> None:
    change(config / "study.yaml", "title:", "titel:")
    change(config / "study.yaml", "    smallest_effect: 1\n", "    smallest_effect: big\n")
    change(config / "study.yaml", "wave_from: pre\n    wave_to: post\n    outcomes: [confidence]", "wave_form: pre")
    change(config / "study.yaml", "duplicates: last", "duplicates: latest")
    change(config / "sources.csv", "qualtrics,2025-07-01", "qualtrics,July")
    change(config / "items.csv", "ordinal,0,4", "ordinal,0,5")
    change(config / "fields.csv", "column,match", "colum,match")
    with (config / "governance.yaml").open("a", encoding="utf-8") as file:
        file.write("founder: someone\n")
    faults = told(config)
    assert "did you mean 'title'" in faults["study.yaml · titel"]
    assert "missing" in faults["study.yaml · title"]
    assert "(it is 'big')" in faults["study.yaml · outcomes.1.smallest_effect"]
    assert "did you mean 'wave_from' or 'wave_to'?" in faults["study.yaml · comparisons.4.wave_form"]
    assert "did you mean 'last'?" in faults["study.yaml · cleaning.duplicates"]
    assert "2025-01-31" in faults["sources.csv · line 2 · received"]
    assert "disagree with labels" in faults["items.csv · line 7 · scale, low, high, labels"]
    assert "did you mean 'column'?" in faults["fields.csv · column colum"]
    assert "did you mean 'funder'" in faults["governance.yaml · founder"]


@pytest.mark.parametrize("name", ["study.yaml", "sources.csv", "items.csv", "governance.yaml"])
def test_a_file_of_the_study_that_is_missing(config, name) -> None:
    (config / name).unlink()
    faults = told(config)
    assert list(faults) == [name] and "the file is missing" in faults[name]


def test_the_caveats_and_the_sheets_of_vocabularies_must_be_there(config) -> None:
    (config / "assumptions.md").unlink()
    (config / "roles.csv").unlink()
    faults = told(config)
    assert set(faults) == {"assumptions.md", "study.yaml · vocabularies.0.sheet"}


# YAML ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", " · line 3", "the key 'a' stands already on line 1"),
        ("a:\n  b: 1\n  b: 2\n", " · line 3", "the key 'b' stands already on line 2"),
        ("a:\n\tb: 1\n", " · line 2", "a tab stands where blanks belong"),
        ("a: b: c\n", " · line 1", "mapping values are not allowed here"),
        ("a: [1, 2\nb: 3\n", " · line 2", "not valid YAML"),
        ("a: 2025-02-30\n", " · line 1", "'2025-02-30' is no day of the calendar"),
        ("? [a, b]\n: 1\n", " · line 1", "a list or mapping is no key"),
        ("a: !!python/object/apply:os.getcwd []\n", " · line 1", "could not determine a constructor"),
        ("- a\n- b\n", "", "the file holds no keys"),
        ("# nothing yet\n", "", "the file holds no keys"),
        ("a: \x07\n", "", "not valid YAML"),
    ],
)
def test_yaml_that_cannot_be_read_is_told_with_its_line(tmp_path, text, where, what) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_yaml(path, "config/study.yaml")
    (fault,) = error.value.faults
    assert fault.where == f"config/study.yaml{where}" and what in fault.what
    assert str(tmp_path) not in str(fault)


def test_yaml_with_a_byte_order_mark_is_read_and_latin_1_is_refused(tmp_path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes("\ufeffa: café\n".encode())
    assert read_yaml(path, "config/study.yaml") == {"a": "café"}
    path.write_bytes("a: café\n".encode("latin-1"))
    with pytest.raises(StudyError, match="not UTF-8"):
        read_yaml(path, "config/study.yaml")


# What must agree -----------------------------------------------------------------------------------------------------
STUDY = "study.yaml"
PRIMARY = "role: primary\n    wave_from: pre\n    wave_to: post\n    outcomes: [confidence, knowledge]"
CLEANING = 'accept: ["1"]'
DISAGREEMENTS = {
    # what is changed: (file, old, new, place of the fault, words of it)
    "wave twice": (
        STUDY,
        "  - name: followup\n    label",
        "  - name: post\n    label",
        "study · waves.2.name",
        "twice",
    ),
    "outcome twice": (STUDY, "- name: use\n", "- name: knowledge\n", "study · outcomes.2.name", "used twice"),
    "outcome like item": (STUDY, "- name: use\n", "- name: listen\n", "study · outcomes.2.name", "also an item"),
    "outcome like column": (STUDY, "- name: use\n", "- name: role\n", "study · outcomes.2.name", "column of roles"),
    "comparison twice": (STUDY, "- name: by_module", "- name: primary", "study · comparisons.1.name", "used twice"),
    "level like nothing": (STUDY, "outcomes: [use]", "outcomes: [uses]", "study · levels.0.outcomes", "'use'"),
    "item ours": ("items.csv", "job,What", "source,What", "items.csv · line 12 · item", "keeps for itself"),
    "wave ours": (STUDY, "- name: followup", "- name: about", "study · waves.2.name", "keeps for itself"),
    "closes first": (STUDY, "closes: 2025-12-31", "closes: 2025-03-31", "study · waves.2.closes", "before it opens"),
    "source's wave": ("sources.csv", ",followup,", ",folowup,", "sources.csv · three_months · wave", "'followup'"),
    "source's no wave": ("sources.csv", ",followup,", ",,", "sources.csv · three_months · wave", "no wave is given"),
    "strand off": ("sources.csv", "after,learners", "after,claims", "sources.csv · after · strand", "switched on"),
    "file twice": ("sources.csv", "after_plain.csv", "before_qualtrics.csv", "sources.csv · after · file", "'before'"),
    "wave of nobody": ("sources.csv", ",followup,", ",post,", "study · waves.2.name", "no source gives"),
    "field's source": ("fields.csv", "after,learner,", "aftr,learner,", "fields.csv · line 12 · source", "'after'"),
    "field's item": ("fields.csv", "listen,,listen,", "listen,,lisen,", "fields.csv · line 15 · item", "'listen'"),
    "field's wave": ("fields.csv", "ask,,ask,,", "ask,,ask,pots,", "fields.csv · line 16 · wave", "'post'"),
    "vocabulary's item": (STUDY, "- item: job", "- item: jobs", "study · vocabularies.0.item", "'job'"),
    "vocabulary's column": (STUDY, "[role, role_group]", "[role, group]", "roles.csv · column group", "'role_group'"),
    "column like item": (
        STUDY,
        "[role, role_group]",
        "[role, comment]",
        "study · vocabularies.0.columns",
        "name of the item",
    ),
    "column ours": (STUDY, "[role, role_group]", "[role, person]", "study · vocabularies.0.columns", "for itself"),
    "outcome's item": (STUDY, "[listen, ask, begin]", "[listn, ask]", "study · outcomes.0.items", "'listen'"),
    "outcome of words": (STUDY, "[listen, ask, begin]", "[job, ask]", "study · outcomes.0.items", "has no mean"),
    "outcome's wave": (STUDY, "waves: [followup]", "waves: [folowup]", "study · outcomes.2.waves", "'followup'"),
    "too many needed": (
        STUDY,
        "min_answered: 2\n    smallest_effect: 0.5",
        "min_answered: 9\n    smallest_effect: 0.5",
        "study · outcomes.0",
        "min_answered is 9, but there are 3",
    ),
    "person's key": (STUDY, "key: [learner_id]", "key: [learner]", "study · person.key.0", "'learner_id'"),
    "consent's item": (STUDY, "item: consent", "item: consnt", "study · cleaning.consent.item", "'consent'"),
    "consent's answer": (STUDY, CLEANING, 'accept: ["Yep"]', "study · cleaning.consent.accept.0", "did you mean"),
    "test's item": (STUDY, "- item: learner_id", "- item: learnerid", "study · cleaning.tests.0.item", "'learner_id'"),
    "participants": (STUDY, "[module, role_group, role]", "[modul]", "study · participants.0", "'module'"),
    "group": (STUDY, "group_by: module", "group_by: confidence", "study · comparisons.1.group_by", "no category"),
    "comparison's wave": (STUDY, "wave_from: post\n", "wave_from: pst\n", "study · comparisons.3.wave_from", "'post'"),
    "backwards": (
        STUDY,
        "wave_from: post\n    wave_to: followup",
        "wave_from: post\n    wave_to: pre",
        "study · comparisons.3.wave_to",
        "does not come after",
    ),
    "one wave": (
        STUDY,
        "wave_from: post\n    wave_to: followup",
        "wave_from: post\n    wave_to: post",
        "study · comparisons.3.wave_to",
        "does not come after",
    ),
    "not asked": (STUDY, PRIMARY, PRIMARY.replace("knowledge]", "use]"), "study · comparisons.0.outcomes", "not asked"),
    "two primary": (STUDY, "role: sensitivity", "role: primary", "study · comparisons", "2 comparisons are primary"),
    "include's wave": (
        STUDY,
        "answered: followup.",
        "answered: followups.",
        "study · comparisons.4.include",
        "begin with",
    ),
    "include's item": (STUDY, "about.role_group:", "about.rol_group:", "study · comparisons.4.include", "'role_group'"),
}


@pytest.mark.parametrize("name", list(DISAGREEMENTS))
def test_what_disagrees_is_told_with_both_places(config, name) -> None:
    file, old, new, where, words = DISAGREEMENTS[name]
    where = where.replace("study · ", "study.yaml · ")
    change(config / file, old, new)
    faults = told(config)
    assert where in faults and words in faults[where], faults
    assert "  fix " in faults[where]


def test_indices_are_held_to_names_and_places(config) -> None:
    index = {"name": "listen", "label": "L", "items": ["ask", "nobody"], "place": "befor"}
    with (config / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + yaml.safe_dump({"indices": [index, {**index, "items": ["ask"], "place": "about"}]}))
    faults = told(config)
    assert set(faults) == {f"study.yaml · indices.{key}" for key in ("0.name", "1.name", "0.items", "0.place")}


def test_recodes_are_held_to_sources_items_and_codes(config) -> None:
    (config / "recodes.csv").write_text(
        "source,item,answer,value,note\nafter,listen,Always,5,ok\naftr,listen,x,5,n\nafter,lisen,x,5,n\n"
        "after,listen,x,6,n\nafter,listen,y,skiped,n\n",
        encoding="utf-8",
    )
    faults = told(config)
    assert set(faults) == {
        f"recodes.csv · line {line}" for line in ("3 · source", "4 · item", "5 · value", "6 · value")
    }
    assert "did you mean 'skipped'?" in faults["recodes.csv · line 6 · value"]


def test_an_item_that_its_vocabulary_replaces_may_keep_its_name(config) -> None:
    change(config / "study.yaml", "columns: [role, role_group]", "columns: [job, role_group]")
    change(config / "study.yaml", "[module, role_group, role]", "[module, role_group, job]")
    change(config / "roles.csv", "answer,role,", "answer,job,")
    assert load(config).settings.vocabularies[0].columns == ["job", "role_group"]


@pytest.mark.parametrize(("word", "meaning"), [("true", True), ("no", False), ('"false"', False)])
def test_synthetic_is_yes_or_no(config, word, meaning) -> None:
    change(config / "study.yaml", "synthetic: true", f"synthetic: {word}")
    assert load(config).settings.synthetic is meaning
    change(config / "study.yaml", f"synthetic: {word}", "synthetic: perhaps")
    assert "(it is 'perhaps')" in told(config)["study.yaml · synthetic"]


def test_yes_and_no_as_names_need_quotes_and_are_told_so(config) -> None:
    change(config / "study.yaml", "- name: followup", "- name: no")
    assert "in quotes" in told(config)["study.yaml · waves.2.name"]


# Raw files -----------------------------------------------------------------------------------------------------------
def test_every_missing_export_is_named_together_with_the_nearest_file(config) -> None:
    data = config.parent / "data"
    (data / "after_plain.csv").rename(data / "after_plains.csv")
    (data / "about_redcap.csv").unlink()
    with pytest.raises(StudyError) as error:
        missing_raw_files(load(config), data)
    found = {fault.where: str(fault) for fault in error.value.faults}
    assert set(found) == {"config/sources.csv · after · file", "config/sources.csv · about · file"}
    assert "did you mean 'after_plains.csv'?" in found["config/sources.csv · after · file"]
    assert error.value.kind == "file" and str(data) not in str(error.value)


def test_a_data_folder_that_is_not_there_misses_every_export(config, tmp_path) -> None:
    with pytest.raises(StudyError) as error:
        missing_raw_files(load(config), tmp_path / "nowhere")
    assert len(error.value.faults) == 4


def test_loading_a_study_imports_no_data_frames() -> None:
    code = "import sys; import prepost.study_loading; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", check=False).returncode == 0
