"""Languages: which there are, which one a reader gets, how a `Message` is spoken in it, and the work of translators.

`language`, `plurals` and `collation` say what CLDR knows, `speaking` speaks, `languages` and `store` keep what an installation decided
and translated, `checks` judges a translation, `po` and `sheets` read and write files, `merge` compares one with what is kept.
"""

from engine.i18n.collation import sorting
from engine.i18n.language import LANGUAGES, PSEUDO, SHIPPED, Language, describe, language, negotiate
from engine.i18n.speaking import Translator, region, speaker, translator

__all__ = [
    "LANGUAGES",
    "PSEUDO",
    "SHIPPED",
    "Language",
    "Translator",
    "describe",
    "language",
    "negotiate",
    "region",
    "sorting",
    "speaker",
    "translator",
]
