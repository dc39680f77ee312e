"""E-mail addresses, card and bank account numbers in text; what has a checksum is held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_USER_OF_URL = re.compile(r"://[^\s/@]{1,200}@")
_EXAMPLE_DOMAIN = re.compile(
    r"[@.](?:example\.(?:com|net|org)|(?:\w+\.)?(?:example|test|invalid|localhost))$", re.IGNORECASE
)
_CARD = re.compile(r"(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d])")
_CARD_ISSUER = re.compile(r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_IBAN_LENGTHS = {
    length: countries.split()
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
}
_LENGTH_OF_COUNTRY = {country: length for length, countries in _IBAN_LENGTHS.items() for country in countries}


def personal_data_kinds(text: str) -> set[str]:
    """Give the kinds of personal data in a text but for phone numbers, never the data themselves."""
    return set(_kinds(text))


def _kinds(text: str) -> Iterator[str]:
    if "@" in text and _has_email(text):
        yield "email"
    if any(_is_card(re.sub(r"\D", "", found)) for found in _CARD.findall(text)):
        yield "card"
    if any(_is_iban(found.replace(" ", "")) for found in _IBAN.findall(text)):
        yield "iban"


def _has_email(text: str) -> bool:
    """Tell whether there is an address of somebody: names kept free for examples are nobody's."""
    addresses = _EMAIL.findall(_USER_OF_URL.sub("://", text))
    return any(not _EXAMPLE_DOMAIN.search(address) for address in addresses)


def _is_card(digits: str) -> bool:
    """Tell whether an issuer gives such numbers, and the last digit is right (Luhn)."""
    if not _CARD_ISSUER.fullmatch(digits):
        return False
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_iban(characters: str) -> bool:
    """Tell whether the country has accounts so long, and the check digits are right (ISO 7064)."""
    account = characters[: _LENGTH_OF_COUNTRY.get(characters[:2], 0)]
    if not account or len(account) < _LENGTH_OF_COUNTRY[account[:2]]:
        return False
    return int("".join(str(int(character, 36)) for character in account[4:] + account[:4])) % 97 == 1
