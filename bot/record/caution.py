"""What may stand in a copy at once, and for every other part why it is kept back until somebody decided.

The rule to keep: an answer that the book does not name (`[copy]`) is kept back; a reason says why a person must look,
not what the law allows.
Sources: UK GDPR Art 15(4); Data Protection Act 2018 Sch 2 paras 2, 16 and 17, Sch 3.
"""

from __future__ import annotations

import hashlib

_ALPHABET = "34679CDFHJKMNPRTVWXY"  # nothing that looks like something else, and no vowel: no words
_LETTERS = 8  # so that of five hundred parts no two have one: less than one chance in a hundred thousand

SILENCED = "Nobody may be tipped off while this stands. To give it, or to say that it is there, may be an offence."
UNSAFE = (
    "Nobody has written that the person was told and that this is safe, or an answer says that it may not be. If you "
    "know that they can have it safely, give this code (Sch 2 para 2, Sch 3)."
)
RESTRICTED = "It is about one of our own people, or it could tip somebody off (Sch 2 paras 2 and 16, Sch 3)."
COLLEAGUE = "The name of somebody else, a colleague of ours (Art 15(4); Sch 2 para 16)."
TYPED = "Somebody typed this. It may speak of another person (Art 15(4); Sch 2 para 16)."
ANOTHER = "It may be about another person (Art 15(4); Sch 2 para 16)."


def code_of(*parts: str) -> str:
    """The code of a part: the same each time, and it tells nothing."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8])
    letters = ""
    for _ in range(_LETTERS):
        number, at = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[at]
    return letters
