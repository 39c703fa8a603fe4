"""Typed text, looked at in memory for identifiers of people and for words of emergency.

The one rule to keep: the text itself never leaves these functions, in a result, an error or a log.
Patterns and vectors: data-protection note, 5.3; the check digit is the NHS data dictionary's modulus 11.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from policy.alarms import sounds_the_alarm

_NHS = re.compile(r"(?<!\d)(\d{3})[ \-]?(\d{3})[ \-]?(\d{4})(?!\d)")
_NI_STRICT = re.compile(
    r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE
)
_NI_LOOSE = re.compile(r"\b([A-Z]{2})[ \-]?(?:\d[ \-]?){6}([A-DFM]?)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?:\+44 ?\(?0?\)?|0)(?:[ \-.()]{0,2}\d){9,10}(?!\d)")
_PHONE_ABROAD = re.compile(r"(?<![\w+])(?:\+|00)(?!44)[1-9](?:[ \-.()]{0,2}\d){7,14}(?!\d)")
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?[ ]?[/.\- ][ ]?\d{1,2}[ ]?[/.\- ][ ]?(?:19|20)?\d{2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d{2}[/.\-]\d{1,2}[/.\-]\d{1,2}(?!\d)"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ \-]{_MONTH},?[ \-]'?(?:(?:19|20)\d{{2}}|\d{{2}})(?!\d)"
    rf"|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d{{2}}(?!\d)"
    r"|\bd\.?o\.?b\b|\bborn (?:on|in) (?:the )?\w*\d|\bdate of birth\b.{0,5}\d",
    re.IGNORECASE,
)

_WORD = r"(?:[A-Z]['’])?[A-ZÀ-ÖØ-Þ\u0141\u0160\u017d][a-zß-öø-\u017f]+(?:['’\-][A-Za-zÀ-\u017f]+)*"
_TITLED = re.compile(
    r"\b(?:[Mm]r|MR|[Mm]rs|MRS|[Mm]s|MS|[Mm]iss|[Mm]x|[Dd]r|DR|[Pp]rof|[Rr]ev|[Ss]ir|[Ll]ady|[Ii]mam|[Ff]ather)\.? "
    r"[A-Z][\w'’\-]+"
)
_PAIR = re.compile(rf"(?=\b({_WORD})[ ]({_WORD})\b)")
_CALLED = re.compile(rf"\b(?:called|call(?:s)? (?:him|her|them)self|known as|goes by) ({_WORD})")
_NAMED = re.compile(
    r"\b(?:named|(?:his|her|their|my|first|last|full) name(?: is|'s|’s|s)?|surname(?: is)?)[: ]+([a-z'’\-]{2,})",
    re.IGNORECASE,
)
_MENTION = re.compile(r"(?<![\w.])@[A-Za-z]\w+|<@\w+>|<at>")

_ORDINARY_WORDS = """
a about adult adults advice after all also am an and any approval are as ask asked at attorney august april bank
before black board british but by can case care centre chair charity child children christmas church city client
clients clause coast college commission community council court crime crimestoppers crown data day december
department did director do does doctor domestic duty easter emergency england english family february fire for
forced foodbank friday from general government guard guidance had has have he head health helpline her his home
honour hospital hotline hours house housing how human i if immigration in independent insurance is it its
january july june justus just lead legal line local london mappa march marac marriage may mental met minister
ministry modern monday my national nhs night no not notice november nurse october of office officer ok on one or
order our out paper parent partner person please police policy power prevent prison probation protection public
question referral regulator report royal safeguarding samaritans saturday school scotland section september
serious service services she should sister slavery so social someone sorry south north east west step street
sunday support teacher team thanks that the their then there they this thursday to today tomorrow trust trustee
trustees tuesday united universal kingdom credit unit urgent vice wales was we wednesday were what when where
which who why will with witness women worker workers working together yes yesterday you your youth act
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_NO_NAME = _ORDINARY | {"unknown", "withheld", "given", "changed", "removed", "known", "above", "below", "only"}
_SMALL_WORDS = "am an as at be by do go he if in is it me my no of on or so to up us we"
_SMALL = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Screening:
    """What a text holds, by kind and never by content.

    `sure`: "NHS number", "National Insurance number", "telephone number", "e-mail address", "postcode"; such a text
    is refused. `likely`: "name", "date of birth", "ten-digit number"; the writer is asked. `emergency`: show the card.
    """

    emergency: bool
    sure: tuple[str, ...]
    likely: tuple[str, ...]


def screen(text: str, *, allowed: Collection[str] = ()) -> Screening:
    """Look at a text of any length. `allowed` holds the numbers of the contacts table, written in any way."""
    folded = fold(text)
    fine = {digits for number in allowed for digits in _numbers_of(fold(number))}
    nhs, ten_digits = _ten_digits(folded, fine)
    sure = {
        "NHS number": nhs,
        "National Insurance number": _insurance(folded),
        "telephone number": _telephone(folded, fine),
        "e-mail address": _EMAIL.search(folded) is not None,
        "postcode": _POSTCODE.search(folded) is not None,
    }
    likely = {
        "name": _name(folded),
        "date of birth": _DATE.search(folded) is not None,
        "ten-digit number": ten_digits,
    }
    return Screening(
        emergency=sounds_the_alarm(folded),
        sure=tuple(kind for kind, found in sure.items() if found),
        likely=tuple(kind for kind, found in likely.items() if found),
    )


def fold(text: str) -> str:
    """One way of writing: compatibility forms, no invisible characters, plain digits, spaces and hyphens."""
    return "".join(_folded(character) for character in unicodedata.normalize("NFKC", text))


def _folded(character: str) -> str:
    if character.isascii():
        return " " if character.isspace() else character
    match unicodedata.category(character):
        case "Cf" | "Mn":  # zero-width characters, soft hyphens, stray accents
            return ""
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Pd":
            return "-"
        case "Zs" | "Zl" | "Zp":
            return " "
        case _:
            return "-" if character == "\u2212" else character


def is_nhs_number(digits: str) -> bool:
    """Ten digits whose last is the modulus-11 check digit of the others; ten times the same digit is not one."""
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check != 10 and check % 11 == int(digits[9])


def _ten_digits(text: str, fine: set[str]) -> tuple[bool, bool]:
    valid = other = False
    for found in _NHS.finditer(text):
        digits = "".join(found.groups())
        if digits not in fine:
            valid = valid or is_nhs_number(digits)
            other = other or not is_nhs_number(digits)
    return valid, other


def _insurance(text: str) -> bool:
    if _NI_STRICT.search(text):
        return True
    # "on 12 05 26" is a date after a small word, not a number that begins with ON.
    return any(found[2] or found[1].lower() not in _SMALL for found in _NI_LOOSE.finditer(text))


def _telephone(text: str, fine: set[str]) -> bool:
    if _PHONE_ABROAD.search(text):
        return True
    return any(_digits(found[0]) not in fine for found in _PHONE.finditer(text))


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return "0" + digits[2:].removeprefix("0") if number.startswith("+44") else digits


def _numbers_of(text: str) -> Iterator[str]:
    for found in re.finditer(r"\+?\d[\d \-()]*\d", text):
        yield _digits(found[0])


def _name(text: str) -> bool:
    if _TITLED.search(text) or _MENTION.search(text):
        return True
    if any(found[1].lower() not in _ORDINARY for found in _CALLED.finditer(text)):
        return True
    if any(found[1].lower() not in _NO_NAME for found in _NAMED.finditer(text)):
        return True
    return any(
        found[1].lower() not in _ORDINARY and found[2].lower() not in _ORDINARY for found in _PAIR.finditer(text)
    )
