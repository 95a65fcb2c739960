"""Sample data: believable customers with contacts and addresses, always the same for the same seed.

Pure data, keyed by the field names of the catalogs. References are told by name, never by id: a dictionary row or
a person by its key, a customer (`agent`, `parent`) by its place among the samples before it, an address's
`contact` by its place among the customer's contacts. Whoever stores the samples puts ids in their place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from crm.sample_words import SPEECHES, Place, Speech, Trade, Word, words

Values = Mapping[str, str | int | bool]
_Draft = dict[str, str | int | bool | None]
_Key = TypeVar("_Key", str, int)
MOST = 500  # more would use up the invented company names

_STATUSES = {"basic": 28, "potential": 26, "successful": 20, "pilot": 6, "reference": 7, "invalid": 5}
_STATUSES |= {"frozen_potential": 4, "frozen_successful": 4}
_KINDS = {"customer": 66, "supplier": 9, "distributor": 9, "agent": 6, "partner": 6, "individual": 4}
_SIZES = {"micro": 12, "small": 34, "medium": 32, "large": 15, "group": 7}
_PEOPLE = {"micro": range(3, 10), "small": range(10, 50), "medium": range(50, 250, 5), "large": range(250, 1000, 10)}
_PEOPLE |= {"group": range(1000, 9000, 100)}
_SOURCES = ("exhibition", "referral", "partner", "website", "search_engine", "advertisement", "cold_call", "social_media", "tender")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row for a dictionary: the key others name it by, its values, and `texts`: language → field → translation."""

    key: str
    values: Values
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """A customer with its contacts (the first is the main one) and addresses."""

    customer: Values
    contacts: tuple[Values, ...]
    addresses: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    alias: str
    salutation: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class _Firm:
    """What must fit together about one customer, be it a company or one `person`; `form` is a key of company_form."""

    speech: Speech
    place: Place
    trade: Trade
    brand: Word
    form: str
    kind: str
    name: str
    english_name: str
    domain: str
    parent: int | None = None
    person: _Person | None = None


_TEAMS = (
    ("sales_north", "Sales North China", "华北销售部", "zh", words("赵磊:zhao.lei 孙悦:sun.yue")),
    ("sales_east", "Sales East China", "华东销售部", "zh", words("周嘉宁:zhou.jianing 沈一帆:shen.yifan")),
    ("sales_south", "Sales South China", "华南销售部", "zh", words("林晓彤:lin.xiaotong 黄伟明:huang.weiming")),
    ("sales_europe", "Sales West", "欧美销售部", "en de fr", words("Élise_Marchal:elise.marchal Tobias_Reimann:tobias.reimann")),
    ("sales_gulf", "Sales Middle East", "中东销售部", "ar", words("نادية_منصور:nadia.mansour كريم_حداد:karim.haddad")),
)
"""Departments with their English and Chinese names, the languages they look after, and their people with mailboxes."""
_TEAM_NAMES = {
    "zh-Hant": ("華北銷售部", "華東銷售部", "華南銷售部", "歐美銷售部", "中東銷售部"),
    "de": ("Vertrieb Nordchina", "Vertrieb Ostchina", "Vertrieb Südchina", "Vertrieb Europa und Amerika", "Vertrieb Naher Osten"),
    "ar": ("مبيعات شمال الصين", "مبيعات شرق الصين", "مبيعات جنوب الصين", "مبيعات أوروبا وأمريكا", "مبيعات الشرق الأوسط"),
}
"""The same departments in the other languages that ship, so that a language can be complete with samples too."""


def sample_lists() -> Iterator[tuple[str, Iterator[SampleRow]]]:
    """The entries that lists get beside the shipped ones, each list after those that its entries name."""
    yield "department", sample_departments()
    yield "person", sample_persons()


def sample_departments() -> Iterator[SampleRow]:
    """Sales departments beside the shipped ones."""
    for place, (key, english, chinese, _, _) in enumerate(_TEAMS):
        others = {tag: {"name": names[place]} for tag, names in _TEAM_NAMES.items()}
        yield SampleRow(key, {"name": english}, {"zh-Hans": {"name": chinese}, **others})


def sample_persons() -> Iterator[SampleRow]:
    """The account managers; each belongs to a sample department."""
    members = [(person, department) for department, _, _, _, people in _TEAMS for person in people]
    for place, (person, department) in enumerate(members):
        reached = {"email": f"{person.latin}@fieldloom.example", "phone": f"+86 10 0555 01{place:02}"}
        yield SampleRow(_key(person), {"name": person.native, "department": department, **reached})


def _key(person: Word) -> str:
    return person.latin.replace(".", "_")


def sample_customers(count: int = 240, seed: int = 20261124) -> Iterator[SampleCustomer]:
    """Customers in a believable mix; the first of a longer run are those of a shorter one.

    Raises ValueError if `count` is more than MOST.
    """
    if count > MOST:
        raise ValueError(f"{count} sample customers were asked for; there are names for {MOST}.")
    rng = Random(seed)
    earlier: list[_Firm] = []
    for index in range(count):
        firm = _new_firm(rng, earlier)
        contacts = tuple(_contacts(rng, firm))
        addresses = tuple(_addresses(rng, firm, len(contacts)))
        yield SampleCustomer(_customer(rng, firm, index, addresses[0], earlier), contacts, addresses)
        earlier.append(firm)


def _new_firm(rng: Random, earlier: Sequence[_Firm]) -> _Firm:
    """One that shares its name with nobody, and its e-mail domain with its parent only."""
    names = {name for firm in earlier for name in (firm.name, firm.english_name) if name}
    domains = {firm.domain for firm in earlier if firm.person is None}
    while True:
        firm = _draw_firm(rng, earlier)
        own_domain = firm.domain not in domains or firm.parent is not None
        if own_domain and firm.name not in names and firm.english_name not in names:
            return firm


def _draw_firm(rng: Random, earlier: Sequence[_Firm]) -> _Firm:
    kind = _weighted(rng, _KINDS)
    speech, _, places = rng.choices(SPEECHES, weights=[share for _, share, _ in SPEECHES])[0]
    place = rng.choice(places)
    trade, brand, form = rng.choice(speech.trades), rng.choice(speech.brands), rng.choice(list(speech.forms))
    if kind == "individual":
        person = next(_people(rng, speech, 1))
        return _Firm(speech, place, trade, brand, "person", kind, person.name, person.alias, "post.example", person=person)
    heads = [at for at, firm in enumerate(earlier) if firm.speech is speech and firm.parent is None and firm.person is None]
    if kind == "customer" and heads and rng.random() < 0.08:
        parent = rng.choice(heads)
        return _company(speech, place, earlier[parent].trade, earlier[parent].brand, form, kind, parent)
    return _company(speech, place, trade, brand, form, kind)


def _company(speech: Speech, place: Place, trade: Trade, brand: Word, form: str, kind: str, parent: int | None = None) -> _Firm:
    pattern = speech.firm if parent is None else speech.branch
    name = pattern.format(city=place.name.native, brand=brand.native, trade=trade.native, form=speech.forms[form].native)
    english = speech.english_firm.format(city=place.name.latin, brand=brand.latin, trade=trade.english, form=speech.forms[form].latin)
    return _Firm(speech, place, trade, brand, form, kind, name, english, f"{_slug(brand.latin + trade.english)[:28]}.example", parent)


def _customer(rng: Random, firm: _Firm, index: int, office: Values, earlier: Sequence[_Firm]) -> Values:
    size = _weighted(rng, _SIZES) if firm.person is None else "micro"
    status = _weighted(rng, _STATUSES)
    found: _Draft = {
        "name": firm.name,
        "code": f"C-{index + 1:05}",
        "english_name": firm.english_name,
        "address": office["address_1"],
        **{name: office[name] for name in ("postal_code", "city", "county")},
        "language": firm.speech.language,
        "phone": _number(rng, firm.place.phone),
        "email": f"{firm.person.mailbox if firm.person else 'info'}@{firm.domain}",
        "status": status,
        "portal": "open" if status in ("pilot", "reference") else "closed",
        "size": size,
        **_classification(rng, firm, earlier),
    }
    if firm.person is None:
        found |= _company_facts(rng, firm, size)
        found |= {} if status in ("invalid", "basic") else _finance(rng, firm)
    return _filled(found)


def _classification(rng: Random, firm: _Firm, earlier: Sequence[_Firm]) -> _Draft:
    language = firm.speech.language
    managers = [_key(one) for _, _, _, spoken, people in _TEAMS if language in spoken.split() for one in people]
    agents = [at for at, one in enumerate(earlier) if one.kind in ("distributor", "agent") and one.speech.language == language]
    brokered = bool(agents) and firm.kind == "customer" and rng.random() < 0.2
    return {
        "type": firm.kind,
        "description": firm.form,
        "source": rng.choice(_SOURCES),
        "industry": firm.trade.industry,
        "manager": _maybe(rng, 0.94, managers),
        "agent": rng.choice(agents) if brokered else None,
        "parent": firm.parent,
    }


def _company_facts(rng: Random, firm: _Firm, size: str) -> _Draft:
    """What a company has and a private person has not."""
    brand, city, trade = firm.brand.native, firm.place.name.native, firm.trade.native
    told = rng.choice(firm.speech.introductions)
    return {
        "fax": _number(rng, firm.place.phone) if rng.random() < 0.25 else None,
        "website": f"https://www.{firm.domain}",
        "introduction": told.format(brand=brand, city=city, trade=trade, year=rng.randint(1968, 2022), people=rng.choice(_PEOPLE[size])),
        "security_level": rng.randint(1, 3) if rng.random() < 0.3 else None,
    }


def _finance(rng: Random, firm: _Firm) -> _Draft:
    return {
        "credit_amount": f"{rng.choice((20, 50, 80, 100, 150, 200, 300, 500, 800, 1200)) * 1000}.00",
        "credit_period": rng.choice((30, 30, 45, 60, 90)),
        "bank_name": firm.speech.bank.format(city=firm.place.name.native),
        "account_name": firm.name if len(firm.name) <= 40 else None,
        "bank_account": _number(rng, "0000 #### #### ####"),
    }


def _contacts(rng: Random, firm: _Firm) -> Iterator[Values]:
    people = [firm.person] if firm.person else _people(rng, firm.speech, _weighted(rng, {1: 50, 2: 33, 3: 17}))
    for place, person in enumerate(people):
        yield _filled(_contact(rng, firm, person) | _birthday(rng) | {"is_main": place == 0})


def _contact(rng: Random, firm: _Firm, person: _Person) -> _Draft:
    speech, at_home = firm.speech, firm.person is not None
    return {
        "name": person.name,
        "salutation": person.salutation,
        "alias": person.alias,
        "job_title": rng.choice(speech.titles),
        "project_role": _maybe(rng, 0.4, speech.roles),
        "attitude": _maybe(rng, 0.4, speech.attitudes),
        "attention": _maybe(rng, 0.35, speech.attentions),
        "email": f"{person.mailbox}@{firm.domain}",
        "home_phone" if at_home else "office_phone": _number(rng, firm.place.phone),
        "mobile_phone": _number(rng, firm.place.mobile),
        "im_account": _maybe(rng, 0.2, [person.mailbox]),
        "language": speech.language,
        "is_individual": at_home,
        "remark": _maybe(rng, 0.2, speech.remarks),
    }


def _birthday(rng: Random) -> _Draft:
    born = date(1958, 1, 1) + timedelta(days=rng.randrange(16_000))
    told: _Draft = {"birthday": born.isoformat(), "birthday_reminder_days": rng.choice((None, None, 3, 7, 14))}
    return told if rng.random() < 0.5 else {}


def _people(rng: Random, speech: Speech, count: int) -> Iterator[_Person]:
    """People of different surnames."""
    for surname in rng.sample(speech.surnames, count):
        woman = rng.random() < 0.45
        given = rng.choice(speech.women if woman else speech.men)
        native = speech.person.format(surname=surname.native, given=given.native)
        latin = f"{surname.latin} {given.latin}" if speech.language == "zh" else f"{given.latin} {surname.latin}"
        salutation = _weighted(rng, {"ms" if woman else "mr": 90, "dr": 8, "prof": 2})
        yield _Person(native, "" if latin == native else latin, salutation, f"{_slug(given.latin)}.{_slug(surname.latin)}")


def _addresses(rng: Random, firm: _Firm, contacts: int) -> Iterator[Values]:
    """The office first, then further ones of different types, some in another city."""
    yield _address(rng, firm, "office", firm.place, 0)
    places = next(places for speech, _, places in SPEECHES if speech is firm.speech)
    more = 0 if firm.person else _weighted(rng, {0: 50, 1: 35, 2: 15})
    for kind in rng.sample(("invoice", "delivery", "mailing"), more):
        place = rng.choice(places) if kind == "delivery" else firm.place
        yield _address(rng, firm, kind, place, rng.randrange(contacts))


def _address(rng: Random, firm: _Firm, kind: str, place: Place, contact: int) -> Values:
    return _filled({
        "address_type": kind,
        "address_1": firm.speech.street.format(street=rng.choice(place.streets), number=rng.randint(2, 399)),
        "address_2": firm.speech.floor.format(block=rng.randint(1, 9), floor=rng.randint(2, 28)) if rng.random() < 0.5 else None,
        "postal_code": place.postal_code,
        "city": place.city,
        "county": place.county,
        "phone": _number(rng, place.phone) if rng.random() < 0.6 else None,
        "email": None if kind == "office" else f"{kind}@{firm.domain}",
        "contact": contact,
    })  # fmt: skip


def _number(rng: Random, pattern: str) -> str:
    return "".join(str(rng.randrange(10)) if char == "#" else char for char in pattern)


def _weighted(rng: Random, weights: Mapping[_Key, int]) -> _Key:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _maybe(rng: Random, chance: float, choices: Sequence[str]) -> str | None:
    return rng.choice(choices) if rng.random() < chance else None


def _slug(text: str) -> str:
    """A name in Latin letters as lower-case ASCII, for addresses."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(char for char in plain.lower() if char.isalnum())


def _filled(values: _Draft) -> Values:
    return {name: value for name, value in values.items() if value is not None and value != ""}
