"""English words that stand beside titles and in lists of names without being names; some are surnames too."""

_COMMON = """
    a about above across act after again against age ago agree agreed all allow almost alone along already also
    although always am among an and another answer answered any anyone anything anyway apart apply appointment
    are area around as ask asked asking asks at available away back bad bank bay be bear because become bed been
    before began begin behind being believe bell below berry best better between beyond big bird bishop bit
    black blue board body book both bottom box branch bring brings brook brought brown burn bush busy but
    butcher by call called came can cannot care carpenter carter case caused certainly chance change changed
    chapel check child children church clean clear clearly clinic close cold come comes coming community
    completely consider cook cool corner could council country couple course court cover cross cut daily dale
    daring dark dawn day days dean decide decided deep did didn different difficult dig discuss do does doesn
    doing don done door doubt down draw drew drive during each early easier easily east easy eat either else end
    english enough especially even evening ever every everybody everyone everything examined example expect
    explain explained extra eye face fact faith far farmer fast feel feeling feels felt few field film finally
    find finds fine fire first fish five follow followed for ford forest form forward foster found four fox
    frank free frequently friday from front full further gale gardener gate gave general generally get gets
    getting girl give given gives giving glad go goes going gone good got grace grant gray great green grey
    ground group had half hall hand happen happened happens happy hard hardly has hasn have haven having he head
    hear heard heath help helped helpful helping helps her here herself hey high hill him himself his hold holly
    home hood hope hopefully hospital hour house how however hunter i idea if ill imagine immediately important
    improved improving in indeed inside instead into is isn it its itself ive jack joy judge just keep keeps
    kept kind king knew know knows lake lamb land lane large last late later laughed law lead learn learned
    learnt least leave led left less let lets life light like liked likely likes line listen listened listening
    listens little lived lives load local long look looked looking looks lot love loved low made main make makes
    making man manager many march mark marsh mason may maybe me mean means meant meet meeting men mentioned met
    might mill miller mind mine minute minutes moment monday money month moon moore more morning most mostly
    mother moved much must my myself name near nearly need needed needs never new next nice night no nobody none
    noon nor normally north not nothing now number nurse of off offered office often oh okay old on once one
    ones only open opened or other others our out outside over own page park part particularly partly passed
    past patient patients pay people perhaps person pike place plan play please point pond poor pope porter
    possible practice prescribed price prince probably problem put quick quicker quickly quite rain ran rang
    rather reach read ready real really reason received reed referred refused regarding replied requested rich
    ridge right river road rob room rose round run safe said same sat saturday saw say saying says see seeing
    seem seemed seems seen send sent service session set several shaw she shepherd short should show showed
    shown shows sick side signed simply since sit six small smiled so some somebody someone something sometimes
    soon sort south speak speaks spoke spring staff stand start started still stone stood stop stopped story
    street strong such suggested summer sunday support supported sure surgery surname take taken takes taking
    talk talked talking talks taught taylor team tell telling tells ten than thank thanked thanks that the their
    them themselves then there therefore these they thing things think thinking thinks this those though thought
    three through thursday time times to today together told tomorrow too took top toward towards town train
    training tried true truly try trying tuesday turn turned turner twice two under understand understands
    understood until up upon us use used useful using usually very visit visited wait waited waiting walk walked
    walker want wanted wants ward warm was wasn water way we wednesday week weeks well went were west what when
    where whether which while white who whoever whole whose why wife will willing winter wise wish wished with
    within without woman women won wood word words work worked working works world worry would wouldn write
    writes writing written wrong wrote year years yes yesterday yet york you young your yours yourself
"""

_OPENERS = """
    art bill can care carry day do drew early ever fare frank given good grace grant hope joy june just long
    major mark may mine more moss most much pat pay rich rob rose sky so sue too true wait way will young
"""

_SURNAMES = """
    bank bell berry best bird bishop black book brook brown bush butcher carpenter carter case chance chapel
    church cook court cross dale day dean drew english farmer field fish ford forest foster fox frank gale
    gardener gate grant gray green grey hall hand head heath hill holly hood hope hunter jack joy judge king
    lake lamb land lane law little long love march mark marsh mason may miller moon moore north page park
    peacock pike place pond poor pope porter price prince rain reed rich ridge rose shaw shepherd short small
    south spring stone street summer taylor turner walker ward west white winter wise wood wright york young
"""
COMMON = frozenset(_COMMON.split())
#: Those of them that are names too and often open a sentence: "Will you …", "May I …", "Mark each …".
OPENERS = frozenset(_OPENERS.split())
#: Those of them that are surnames too: behind a title they stay part of the name.
SURNAMES = frozenset(_SURNAMES.split())
