"""Made `deid_faker.csv` beside it: values by Faker 40's providers for Great Britain and others, in plain sentences.

The values' forms are another hand's, so that the rules are not measured only on forms by their own author.
Run in an environment that has Faker (no test needs it): python deid_faker.py > deid_faker.csv
"""

from __future__ import annotations

import csv
import sys

from faker import Faker

SEED, EACH = 1948, 120
TEMPLATES = ("Please use {} from now on.", "({})", "it was {}, I believe", "{} is what they gave me", "so: {}.")
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d-%m-%Y", "%d.%m.%Y")


def main() -> None:
    """Write the table: text, start of the value in it, value, kind, provider."""
    british = Faker("en_GB")
    several = Faker(["en_GB", "en_IE", "en_IN", "fr_FR", "de_DE", "pl_PL", "es_ES"])
    Faker.seed(SEED)
    makers = {
        ("email", "email"): british.email,
        ("email", "company_email"): british.company_email,
        ("phone", "phone_number"): british.phone_number,
        ("phone", "cellphone_number"): british.cellphone_number,
        ("postcode", "postcode"): british.postcode,
        ("url", "uri"): british.uri,
        ("url", "url"): british.url,
        ("date_of_birth", "date_of_birth"): lambda: _date(british),
        ("name_after_title", "last_name"): several.last_name,
        ("name_after_title", "name"): lambda: f"{several.first_name()} {several.last_name()}",
    }
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["text", "start", "value", "kind", "provider"])
    for (kind, provider), make in makers.items():
        for number in range(EACH):
            before, after = TEMPLATES[number % len(TEMPLATES)].split("{}")
            if kind == "name_after_title":
                before += british.random_element(("Mr ", "Mrs ", "Ms ", "Dr ", "Miss ", "Prof. "))
            value = make()
            out.writerow([before + value + after, len(before), value, kind, provider])


def _date(fake: Faker) -> str:
    return fake.date_of_birth(minimum_age=22, maximum_age=90).strftime(fake.random_element(DATES))


if __name__ == "__main__":
    main()
