"""A few hundred mutated exports: nothing but a StudyError, no row lost, no row invented; `make fuzz` drives more."""

import fuzz
import mutants
import pytest
from hypothesis import HealthCheck, given, settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(mutant=mutants.mutants())
def test_a_mutated_export_is_refused_in_words_or_every_row_is_accounted_for(folder, mutant):
    export, changes = mutant
    fuzz.drive(export, mutants.mutated(export, changes), folder)


@pytest.mark.parametrize("numbers", [(1413, 218, 218), (22535, 249, 22535)])
def test_a_stretch_moved_into_a_header_row_is_refused_and_no_fault_of_ours(folder, numbers):
    end = fuzz.drive("before", mutants.mutated("before", [("swap", *numbers)]), folder)
    assert end.stage == "refused by the reader"


@pytest.mark.parametrize("export", mutants.EXPORTS)
def test_the_whole_export_comes_through(folder, export):
    end = fuzz.drive(export, mutants.original(export), folder)
    assert end.stage == "cleaned" and 0 < end.taken <= end.records


def test_a_lost_row_would_be_seen(folder, monkeypatch):
    whole = fuzz.ingest

    def losing(*given):
        found = whole(*given)
        return type(found)(found.responses.iloc[1:], found.refused, found.unreadable_dates)

    monkeypatch.setattr(fuzz, "ingest", losing)
    with pytest.raises(AssertionError, match="ingest loses"):
        fuzz.drive("after", mutants.original("after"), folder)
