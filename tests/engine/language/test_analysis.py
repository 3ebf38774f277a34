"""Words, stems, compounds and synonyms."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wordfreq import top_n_list

from samskab.engine.language import (
    analyse,
    concept,
    fold,
    parse_synonyms,
    respell,
    search_terms,
    split_compound,
    stem,
    stems,
    tokens,
    traces,
)
from samskab.engine.language.synonyms import list_of_the_field, phrase_stems


def test_tokens_are_lower_case_words_with_inner_hyphens() -> None:
    assert tokens("Drop-in kl. 10, på KIRKENS café!") == (
        "drop-in", "kl", "10", "på", "kirkens", "café",
    )  # fmt: skip


def test_stems_leave_out_stop_words_and_inflections() -> None:
    assert stems("De ensomme og den ensomme") == ("ensom", "ensom")


@pytest.mark.parametrize(
    ("one", "other"), [("Aabenraa", "Åbenrå"), ("café", "cafe"), ("Ålborg", "A\u030alborg")]
)
def test_spellings_of_one_word_are_folded_together(one: str, other: str) -> None:
    assert fold(one.lower()) == fold(other.lower())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("vaerested", "værested"), ("faellesspisning", "fællesspisning"), ("poesi", "poesi")],
)
def test_a_text_without_danish_letters_is_understood(typed: str, meant: str) -> None:
    assert respell(typed) == meant


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("lektiehjælp", ("lektie", "hjælp")),
        ("gældsrådgivning", ("gæld", "rådgivning")),
        ("samtalegrupper", ("samtale", "grupper")),
        ("fællesspisning", ("fælles", "spisning")),
        ("boligområderne", ("bolig", "områderne")),
        ("besøgsvenner", ("besøg", "venner")),
        ("fritidsstøtte", ("fritid", "støtte")),
        ("frivilligcenter", ("frivillig", "center")),
        ("misbrugsbehandling", ("misbrug", "behandling")),
        ("støtte-kontaktperson", ("støtte", "kontakt", "person")),
        ("hjemløse", ("hjemløse",)),
        ("fællesskaber", ("fællesskaber",)),
        ("frivillige", ("frivillige",)),
        ("forening", ("forening",)),
        ("ensomhed", ("ensomhed",)),
        ("xqzptvk", ("xqzptvk",)),
        ("", ()),
    ],
)
def test_compounds_are_taken_apart_and_other_words_left_whole(
    word: str, parts: tuple[str, ...]
) -> None:
    assert split_compound(word) == parts


def test_a_compound_gives_the_whole_and_its_parts() -> None:
    assert analyse("gældsrådgivning") == ("gældsrådgivning", "gæld", "rådgivning")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lektiehjælp", "hjælp til lektier"),
        ("varmestue", "drop-in"),
        ("hjemløse", "folk der bor på gaden"),
        ("fællesspisning", "vi spiser sammen"),
        ("psykisk sårbare", "mennesker med psykisk sygdom"),
        ("ældre", "pensionister"),
        ("ensomhed", "ensomme"),
    ],
)
def test_words_that_mean_the_same_share_a_term(one: str, other: str) -> None:
    assert analyse(one)[0] in analyse(other)


def test_a_word_that_changes_the_meaning_is_not_dropped_from_a_phrase() -> None:
    assert "hjemløs" in analyse("uden bolig")
    assert "hjemløs" not in analyse("en bolig")
    assert "lavindkomst" not in analyse("mange penge")


def test_own_synonyms_replace_those_of_the_field() -> None:
    own = parse_synonyms(["# en note", "", "torsk, sild, rød spætte"])
    assert analyse("sild og rød spætte", synonyms=own) == ("torsk", "torsk", "rød", "spæt")
    assert "hjemløs" not in analyse("husvild", synonyms=own)


def test_a_phrase_in_two_sets_belongs_to_the_first() -> None:
    own = parse_synonyms(["a1, b1", "c1, b1"])
    assert analyse("b1 c1", synonyms=own) == ("a1", "c1")


def test_the_list_of_the_field_holds_enough_sets_and_no_word_twice() -> None:
    sets = [line for line in list_of_the_field().splitlines() if line and line[0] not in "#["]
    assert len(sets) >= 300
    entries = [entry.strip() for line in sets for entry in line.split(",")]
    assert sorted(entry for entry in entries if entries.count(entry) > 1) == []


def test_no_word_of_the_field_belongs_to_two_sets() -> None:
    sets = [line for line in list_of_the_field().splitlines() if line and line[0] not in "#["]
    heads: dict[tuple[str, ...], set[str]] = {}
    for line in sets:
        for entry in line.split(","):
            heads.setdefault(phrase_stems(entry), set()).add(line.split(",")[0])
    assert {phrase: found for phrase, found in heads.items() if len(found) > 1} == {}


def test_one_label_has_one_concept_whatever_its_inflection() -> None:
    assert concept("Socialt udsatte") == concept("socialt udsat")
    assert concept("børn") == concept("Barn")
    assert concept("ældre mænd") != concept("mænd")
    assert concept(" - ") == ""


def test_search_terms_are_the_terms_of_the_text_once_each() -> None:
    assert search_terms("hjælp hjælp til ensomme") == ("hjælp", "ensom")


def test_threads_do_not_disturb_each_others_stems() -> None:
    words = [f"frivillighedens{number}ernes" for number in range(300)]
    expected = [stem.__wrapped__(word) for word in words]
    wrong: list[str] = []

    def work() -> None:
        for word, right in zip(words, expected, strict=True):
            if stem.__wrapped__(word) != right:
                wrong.append(word)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@given(st.text(max_size=100))
def test_terms_hold_no_space_or_hyphen_and_capitals_do_not_matter(text: str) -> None:
    terms = analyse(text)
    assert all(term and " " not in term and "-" not in term for term in terms)
    assert analyse(text.lower()) == analyse(text.lower().lower())


@given(st.text(alphabet="abdefghiklmnoprstuvæøå", max_size=30))
def test_the_parts_of_a_compound_are_found_in_it_in_order(word: str) -> None:
    position = 0
    folded = fold(word)
    for part in split_compound(word):
        position = folded.index(part, position) + len(part)
    assert position <= len(folded)


def test_a_word_holds_a_trace_of_each_of_its_terms() -> None:
    for word in top_n_list("da", 30_000, wordlist="large")[::3]:
        if not word.isalpha():
            continue
        written = respell(fold(word.casefold()))
        for term in analyse(word):
            assert any(trace in written for trace in traces(term)), (word, term)
