"""A few hundred mutated exports: nothing but a StudyError, no row lost, no row invented; `make fuzz` drives more."""

import fuzz
import pytest
from hypothesis import HealthCheck, given, settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(mutant=fuzz.mutants())
def test_a_mutated_export_is_refused_in_words_or_every_row_is_accounted_for(folder, mutant):
    export, changes = mutant
    fuzz.drive(export, fuzz.mutated(export, changes), folder)


@pytest.mark.parametrize("export", fuzz.EXPORTS)
def test_the_whole_export_comes_through(folder, export):
    stage, records, taken = fuzz.drive(export, fuzz.original(export), folder)
    assert stage == "cleaned" and 0 < taken <= records


def test_a_lost_row_would_be_seen(folder, monkeypatch):
    whole = fuzz.ingest

    def losing(*given):
        found = whole(*given)
        return type(found)(found.responses.iloc[1:], found.refused, found.unreadable_dates)

    monkeypatch.setattr(fuzz, "ingest", losing)
    with pytest.raises(AssertionError, match="ingest loses"):
        fuzz.drive("after", fuzz.original("after"), folder)
