"""Says in a sentence why two initiatives overlap."""

from typing import Literal

from samskab.engine.overlap.reasons import Reason

Language = Literal["da", "en"]

_SENTENCES: dict[str, dict[str, dict[str, str]]] = {
    "da": {
        "target_group": {
            "same": "Samme målgruppe: {}.",
            "some": "Fælles målgruppe: {}.",
            "alike": "Målgrupper, der ligner hinanden: {}.",
        },
        "activity": {
            "same": "Samme aktivitet: {}.",
            "some": "Fælles aktivitet: {}.",
            "alike": "Aktiviteter, der ligner hinanden: {}.",
        },
        "area": {"same": "Samme sted: {}.", "some": "Fælles sted: {}."},
        "text": {"some": "Fælles ord: {}."},
        "period": {"some": "På samme tid: {}."},
        "age": {"some": "Fælles alder: {}."},
    },
    "en": {
        "target_group": {
            "same": "Same target group: {}.",
            "some": "Target group in common: {}.",
            "alike": "Target groups that are alike: {}.",
        },
        "activity": {
            "same": "Same activity: {}.",
            "some": "Activity in common: {}.",
            "alike": "Activities that are alike: {}.",
        },
        "area": {"same": "Same place: {}.", "some": "Place in common: {}."},
        "text": {"some": "Words in common: {}."},
        "period": {"some": "At the same time: {}."},
        "age": {"some": "Age in common: {}."},
    },
}
_AND = {"da": "og", "en": "and"}
_FROM = {"da": "fra {}", "en": "from {}"}
_UNTIL = {"da": "til {}", "en": "until {}"}
_ALWAYS = {"da": "uden start og slut", "en": "without start or end"}
_YEARS = {"da": "{}\u2013{} år", "en": "{}\u2013{} years"}


def _listed(words: tuple[str, ...], language: Language) -> str:
    *first, last = words
    return f"{', '.join(first)} {_AND[language]} {last}" if first else last


def _period(words: tuple[str, ...], language: Language) -> str:
    first, last = words
    parts = [_FROM[language].format(first)] * bool(first)
    parts += [_UNTIL[language].format(last)] * bool(last)
    return " ".join(parts) or _ALWAYS[language]


def _said(reason: Reason, language: Language) -> str:
    if reason.kind == "period":
        return _period(reason.words, language)
    if reason.kind == "age":
        return _YEARS[language].format(*reason.words)
    return _listed(reason.words, language)


def reason_sentence(reason: Reason, language: Language = "da") -> str:
    """One plain sentence for a reason, in Danish ('da') or English ('en').

    The shared words stay as they were written. Raises ValueError for another language.
    Time O(words). Source: own wording.
    """
    if language not in _SENTENCES:
        raise ValueError(f"there are no sentences in the language {language!r}")
    return _SENTENCES[language][reason.kind][reason.match].format(_said(reason, language))
