"""Transcripts as turns: who asks, who answers, whose interview it is, and the whole text that codes refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from prepost.deidentify import Finder, Names, deidentify
from prepost.errors import Fault, StudyError, did_you_mean
from prepost.interviews.sheets import ParticipantRow

INTERVIEWER, PARTICIPANT, OTHER = "interviewer", "participant", "other"
PARTICIPANTS = "data/returned/interviews/participants.csv"
NO_CONSENT = "no_consent"
ASKERS = frozenset(["interviewer", "int", "i", "q", "iv", "moderator", "researcher", "facilitator", "mod"])
#: Speakers who are no names, so that the word may stay in the text.
_OTHERS = "participant respondent expert interviewee speaker p r a e unknown both all"
GENERIC = ASKERS | frozenset(_OTHERS.split())
KEY = ["source", "line", "wave"]


def turns_of(ingested: pd.DataFrame, people: Sequence[ParticipantRow]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the turns of all interviews, and those set aside.

    Parameters
    ----------
    ingested : DataFrame
        Floor 1, all transcripts: ``source``, ``line``, ``wave``, ``speaker``, ``start``, ``text``.
    people : sequence of ParticipantRow
        Whose interview each transcript is, and what they agreed to.

    Returns
    -------
    turns : DataFrame
        ``source``, ``line``, ``wave``; ``turn`` from 1 in each interview; ``participant``, the code of the sheet;
        ``speaker``: interviewer (named so, or by the sheet), participant (of the others the one who says most) or
        other; ``name``, the speaker as the transcript has it; ``start``; ``text``. Sorted.
    aside : DataFrame
        ``source``, ``line``, ``wave``, ``rule``, ``why``: turns of interviews without consent.

    Raises
    ------
    StudyError
        A transcript that the sheet does not hold.
    """
    known = {row.source: row for row in people}
    missing = sorted(set(ingested["source"]) - set(known))
    if missing:
        raise StudyError(
            *[
                Fault(PARTICIPANTS, f"the interview '{name}' is not in it", did_you_mean(name, known), "add its line")
                for name in missing
            ],
            kind="data",
        )
    rows = ingested.sort_values(["source", "line"], kind="stable", ignore_index=True)
    agreed = rows["source"].map({name: row.consent for name, row in known.items()}).astype(bool)
    kept = rows[agreed].reset_index(drop=True)
    aside = rows.loc[~agreed, KEY].assign(rule=NO_CONSENT, why="the participant did not agree to take part")
    turns = kept[KEY].copy()
    turns["turn"] = kept.groupby("source").cumcount() + 1
    turns["participant"] = kept["source"].map({name: row.participant for name, row in known.items()})
    turns["speaker"] = _speakers(kept, known)
    turns["name"] = kept["speaker"]
    turns["start"] = kept["start"].replace("", pd.NA)
    turns["text"] = kept["text"].fillna("")
    return turns, aside.reset_index(drop=True)


def _speakers(rows: pd.DataFrame, known: Mapping[str, ParticipantRow]) -> pd.Series:
    folded = rows["speaker"].str.strip().str.casefold()
    named = rows["source"].map({name: (row.interviewer or "").casefold() for name, row in known.items()})
    asks = folded.isin(ASKERS) | (folded.eq(named) & named.ne(""))
    said = rows["text"].fillna("").str.len().where(~asks, 0)
    by_speaker = said.groupby([rows["source"], folded]).sum()
    most = by_speaker[by_speaker > 0].groupby(level=0).idxmax().map(lambda pair: pair[1])
    answers = ~asks & folded.eq(rows["source"].map(most.to_dict()))
    found = pd.Series(OTHER, index=rows.index, dtype="string")
    return found.mask(asks, INTERVIEWER).mask(answers, PARTICIPANT)


def without_identifiers(
    turns: pd.DataFrame, names: Sequence[str], more: Sequence[Finder] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the turns with placeholders in place of identifiers, and where those stood.

    Parameters
    ----------
    turns : DataFrame
        See `turns_of`.
    names : sequence of str
        The study's list; the speakers' own names are added.
    more : sequence of callable
        Further finders of names.

    Returns
    -------
    coded : DataFrame
        ``source``, ``line``, ``wave``, ``turn``, ``participant``, ``speaker``, ``offset`` (where the turn's words begin
        in the interview's whole text, see `documents`), ``text``.
    redactions : DataFrame
        ``source``, ``line``, ``wave``, ``kind``, ``start``, ``end`` in the turn as it was; never what stood there.
    """
    spoken = {name for name in turns["name"].dropna() if name.strip().casefold() not in GENERIC}
    finder = Names([*names, *sorted(spoken)])
    done = [deidentify(text, finder, more) for text in turns["text"]]
    coded = turns[[*KEY, "turn", "participant", "speaker"]].copy()
    texts = pd.Series([found.text for found in done], index=turns.index, dtype="string")
    lengths = coded["speaker"].str.len() + 2 + texts.str.len() + 1
    before = lengths.groupby(coded["source"]).cumsum() - lengths
    coded["offset"] = (before + coded["speaker"].str.len() + 2).astype("Int64")
    coded["text"] = texts
    places = [
        (*key, span.kind, span.start, span.end)
        for key, found in zip(turns[KEY].itertuples(index=False, name=None), done, strict=True)
        for span in found.spans
    ]
    return coded, pd.DataFrame(places, columns=[*KEY, "kind", "start", "end"])


def documents(coded: pd.DataFrame) -> dict[str, str]:
    """Return each interview's whole text, the one that coders and programs see and that positions count in.

    Parameters
    ----------
    coded : DataFrame
        See `without_identifiers`.

    Returns
    -------
    dict
        Source to ``speaker: words`` a line.
    """
    lines = coded["speaker"] + ": " + coded["text"] + "\n"
    return {str(name): "".join(part) for name, part in lines.groupby(coded["source"], sort=True)}
