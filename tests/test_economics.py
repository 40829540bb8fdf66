"""The economic model: published inputs give what paper and R give, uncertainty by moments, bad input refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from builds import ROOT
from prepost import tables
from prepost.disclosure import disclose
from prepost.economics import model as economic
from prepost.economics.inputs import load_economics
from prepost.errors import StudyError
from prepost.figures.economics import between, in_words
from r_cases import frozen, same_again
from scipy import stats

SEED = 20240611
POINT = 47.21 * 0.0329 * 3.88 * 0.646 * 56  # million pounds in 24 months


@pytest.fixture(scope="module")
def bundled():
    return load_economics(ROOT / "config" / "economics.yaml")


@pytest.fixture(scope="module")
def values(bundled):
    return economic.values(bundled, SEED).set_index("row_id")


# What the published inputs give --------------------------------------------------------------------------------------
def test_the_points_by_hand(values):
    assert pytest.approx(218.0128884) == POINT
    assert values.loc["gp.per_window.100", "estimate"] == pytest.approx(POINT, rel=1e-12)
    assert values.loc["gp.per_year.100", "estimate"] == pytest.approx(109.0064442, rel=1e-9)
    assert values.loc["gp.per_year.25", "estimate"] == pytest.approx(POINT / 8, rel=1e-12)
    # 2.88 million × £137; the share is worked out backwards, so the chain must come back to it
    assert values.loc["ae.per_window.100", "estimate"] == pytest.approx(394.56, rel=1e-12)


def test_the_chain_line_by_line(bundled):
    chain = economic.chain(bundled, SEED).set_index("row_id")
    products = {
        "gp.after.gp_share": 1.553209,
        "gp.after.gp_mean": 6.02645092,
        "gp.after.gp_face_to_face": 3.893087294,
        "gp.after.gp_cost": 218.0128885,
        "ae.after.ae_mean": 2.88,
    }
    for row, value in products.items():
        assert chain.loc[row, "estimate"] == pytest.approx(value, rel=1e-8), row
    assert chain.loc["gp.gp_share", "n"] == 2262
    # 2,262 × 3.29 % = 74.4 people carry it; 2.88 / (47.21 × 3.04) = 2.0067 % are 45.4
    assert chain.loc["gp.gp_mean", "n"] == 74 and chain.loc["ae.ae_mean", "n"] == 45
    assert chain.loc["ae.ae_share", "estimate"] == pytest.approx(100 * 2.88 / (47.21 * 3.04), rel=1e-12)


def test_distributions_are_those_of_r(bundled):
    for name in ("gp_share", "gp_face_to_face", "gp_mean", "ae_share", "ae_mean"):
        assert economic.ends(bundled, name) == pytest.approx(frozen("economics")[name], rel=1e-6), name


def test_r_says_it_again():
    same_again("economics")


@pytest.mark.parametrize("model", ["gp", "ae"])
def test_draws_agree_with_a_million_draws_in_r(values, bundled, model):
    mean, low, high = frozen("economics")[f"{model}_value"]
    row = values.loc[f"{model}.per_window.100"]
    part = next(part for part in bundled.models if part.name == model)
    drawn = economic.drawn_values(bundled, part, SEED) / 1e6
    # Monte Carlo errors of the mean and of a quantile: sd / sqrt(N) and sqrt(q (1 - q) / N) / density there
    error = drawn.std() / len(drawn) ** 0.5
    assert row["psa_mean"] == pytest.approx(mean, abs=4 * error)
    density = stats.gaussian_kde(drawn[:5000])
    for value, expected in ((row["ci_low"], low), (row["ci_high"], high)):
        assert value == pytest.approx(expected, abs=4 * (0.025 * 0.975 / len(drawn)) ** 0.5 / density(expected)[0])


def test_the_range_that_was_published_beside_the_audit(values):
    """Another analyst's draws of the same model: mean 218.0, 95 % 153 to 296 in 24 months, 77 to 148 a year."""
    two, one = values.loc["gp.per_window.100"], values.loc["gp.per_year.100"]
    assert two["psa_mean"] == pytest.approx(218.0, abs=0.5)
    assert (two["ci_low"], two["ci_high"]) == pytest.approx((153, 296), abs=1.5)
    assert (one["ci_low"], one["ci_high"]) == pytest.approx((77, 148), abs=1.0)


def test_moments_by_hand():
    alpha, beta = economic.beta_of(0.0329, 2262, 1.5)
    assert stats.beta(alpha, beta).var() == pytest.approx(0.0329 * 0.9671 * 1.5 / 2262, rel=1e-12)
    shape, scale = economic.gamma_of(3.88, 0.35)
    assert (stats.gamma(shape, scale=scale).mean(), stats.gamma(shape, scale=scale).std()) == pytest.approx(
        (3.88, 0.35)
    )


def test_the_same_seed_gives_the_same_numbers_and_another_does_not(bundled, values):
    again = economic.values(bundled, SEED).set_index("row_id")
    assert again.equals(values)
    other = economic.values(bundled, SEED + 1).set_index("row_id")
    assert not np.isclose(
        other.loc["gp.per_window.100", "ci_low"], values.loc["gp.per_window.100", "ci_low"], rtol=1e-9
    )


def test_tornado_moves_one_input_and_is_widest_first(bundled):
    found = economic.tornado(bundled)
    gp = found[found["model"] == "gp"]
    assert list(gp["name"]) == ["gp_share", "gp_mean", "gp_face_to_face", "gp_cost", "population"]
    # the value is proportional to each input: £55.50 for £56
    cost = gp.set_index("name").loc["gp_cost"]
    assert (cost["ci_low"], cost["ci_high"]) == pytest.approx((POINT * 55.5 / 56, POINT * 56.5 / 56))
    widths = gp["ci_high"] - gp["ci_low"]
    assert list(widths) == sorted(widths, reverse=True)


def test_tables_pass_their_schemas(bundled, tmp_path):
    for name, frame in (
        ("economics_chain", economic.chain(bundled, SEED)),
        ("economics_values", economic.values(bundled, SEED)),
        ("economics_tornado", economic.tornado(bundled)),
    ):
        tables.write(frame, tmp_path / f"{name}.csv", name)
        assert len(tables.read(tmp_path / f"{name}.csv", name)) == len(frame)


def test_numbers_in_words():
    assert in_words(218.0128, "million GBP") == "£218.0 million"
    assert in_words(56.0, "GBP per visit") == "£56 per visit"
    assert in_words(3.29, "%") == "3.29%" and in_words(47.21, "million people") == "47.21 million people"
    assert between(153.32, 295.7, "million GBP") == "£153.3 to £295.7 million"
    assert between(3.2284, 4.5906, "visits per person") == "3.23 to 4.59 visits per person"


# Faults --------------------------------------------------------------------------------------------------------------
SMALL = """
perspective: p
draws: 1000
inputs:
  people: {label: People, value: 2, unit: million people, base: b, source: s, distribution: fixed}
  share: {label: Share, value: 10, unit: "%", base: b, n: 50, source: s, distribution: beta}
  each: {label: Each, value: 3, unit: visits per person, base: b, among: share, sd: 1, source: s, distribution: gamma}
  cost: {label: Cost, value: 5, unit: GBP per visit, base: b, source: s, distribution: fixed}
models:
  - name: m
    label: M
    window: 2 years
    chain: [{times: people}, {times: share}, {times: each, gives: Visits, unit: million visits},
            {times: cost, gives: Value, unit: million GBP}]
"""


def loaded(tmp_path: Path, change) -> object:
    given = yaml.safe_load(SMALL)
    change(given)
    path = tmp_path / "economics.yaml"
    path.write_text(yaml.safe_dump(given, sort_keys=False), encoding="utf-8")
    return load_economics(path)


def put(*place, value):
    """Set one key of the model, however deep."""

    def change(given) -> None:
        for key in place[:-1]:
            given = given[key]
        given[place[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "where", "what", "expected"),
    [
        # pounds a visit times people, with nothing that turns people into visits
        (put("models", 0, "chain", value=[{"times": "people"}, {"times": "share"},
                                          {"times": "cost", "gives": "Value", "unit": "million GBP"}]),
         "models.m.chain.2 (cost)", "comes out in GBP × person per visit, not in GBP", "multiply to GBP"),
        (put("models", 0, "chain", 2, "unit", value="million admissions"), "models.m.chain.2 (each)",
         "comes out in visit, not in admission", "multiply to admission"),
        (put("models", 0, "chain", 3, "times", value="costs"), "models.m.chain.3.times", "'costs' is no input",
         "did you mean 'cost'"),
        (put("inputs", "share", "n", value=0), "inputs.share.n", "greater than or equal to 1", ""),
        (put("inputs", "share", "value", value=0), "inputs.share.value", "greater than 0", ""),
        (put("inputs", "cost", "valeu", value=4), "inputs.cost.valeu", "unknown key", "did you mean 'value'"),
        (put("inputs", "cost", "unit", value="£/visit"), "inputs.cost.unit", "is no unit", "visits per person"),
        (put("inputs", "each", "among", value="people"), "inputs.each.among", "no share with n", "share"),
        (put("inputs", "share", "distribution", value="gamma"), "inputs.share", "gamma is for a mean", ""),
        (put("inputs", "cost", "range", value=[6, 4]), "inputs.cost", "[low, high]", ""),
        (put("models", 0, "window", value="a while"), "models.0", "24 months", ""),
        (put("inputs", "x", value={"label": "X", "formula": "people * shar", "unit": "people", "base": "b",
                                   "source": "s", "distribution": "fixed"}),
         "inputs.x.formula", "'shar' is no input", "did you mean 'share'"),
        (put("inputs", "x", value={"label": "X", "formula": "people * cost", "unit": "people", "base": "b",
                                   "source": "s", "distribution": "fixed"}),
         "inputs.x.formula", "comes out in GBP × person per visit", "multiply to person"),
        (put("inputs", "x", value={"label": "X", "formula": "x * 2", "unit": "people", "base": "b",
                                   "source": "s", "distribution": "fixed"}),
         "inputs.x.formula", "circle: x → x", "do not need it"),
        (put("inputs", "x", value={"label": "X", "formula": "people + cost", "unit": "people", "base": "b",
                                   "source": "s", "distribution": "fixed"}),
         "inputs.x.formula", "adds person and GBP", "sums of one unit"),
        (put("prices", value={"year": 2024, "index": {2023: 100}}), "prices.index", "has no 2024", "every price year"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_key_and_remedy(tmp_path, change, where, what, expected):
    with pytest.raises(StudyError) as error:
        loaded(tmp_path, change)
    fault = next(fault for fault in error.value.faults if where in fault.where)
    assert fault.where.startswith("config/economics.yaml · ") and what in fault.what and expected in fault.expected
    assert fault.fix and str(tmp_path) not in str(error.value)


def test_prices_of_two_years_are_refused_or_brought_to_one(tmp_path):
    def two_years(given) -> None:
        given["inputs"]["cost"]["price_year"] = 2020
        given["inputs"]["dearer"] = given["inputs"]["cost"] | {"price_year": 2022}
        given["models"].append(yaml.safe_load(yaml.safe_dump(given["models"][0] | {"name": "other"})))
        given["models"][1]["chain"][3]["times"] = "dearer"

    with pytest.raises(StudyError, match="prices of 2020 and 2022 side by side"):
        loaded(tmp_path, two_years)

    def one_year(given) -> None:
        given["inputs"]["cost"]["price_year"] = 2020
        given["prices"] = {"year": 2024, "index": {2020: 100, 2024: 120}}

    found = loaded(tmp_path, one_year)
    # 2 million × 10 % × 3 × £5 = £3 million, at prices a fifth higher £3.6 million; half of it a year
    values = economic.values(found, 1).set_index("row_id")
    assert values.loc["m.per_window.100", "estimate"] == pytest.approx(3.6)
    assert values.loc["m.per_year.50", "estimate"] == pytest.approx(0.9)


def test_what_few_people_carry_is_withheld(tmp_path):
    """Ten per cent of 50 are 5 people: under a threshold of 10 neither the share nor what comes of it leaves."""
    found = loaded(tmp_path, lambda given: None)
    private = {
        "economics_chain": economic.chain(found, 1),
        "economics_values": economic.values(found, 1),
        "economics_tornado": economic.tornado(found),
    }
    released, withheld = disclose(private, threshold=10)
    chain = released["economics_chain"].set_index("row_id")
    assert chain.loc["m.people", "estimate"] == "2.0"
    for row in ("m.share", "m.each", "m.after.each", "m.after.cost"):
        assert chain.loc[row, "estimate"] == "[c]" and chain.loc[row, "ci_low"] == "[c]", row
    assert set(released["economics_values"]["estimate"]) == {"[c]"} == set(released["economics_values"]["psa_mean"])
    for column in ("input_low", "estimate", "ci_low", "ci_high"):
        assert set(released["economics_tornado"][column]) == {"[c]"}
    assert "n_told" not in chain and len(withheld)
