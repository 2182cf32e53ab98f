"""A number that no source accounts for must be noticed; one that has a source must not be."""

from helpers.delivery.traceability import find_untraced, read_visible_text

VALUES = [15 / 17, 17.0, 15.0, 0.6355908378987497, 16.0, 1e6]


def test_roundings_of_results_are_accounted_for():
    text = "15/17 (88%, CI 64%), 88.2%, 0.882, median 16.0 months, dose 1×10⁶"
    assert find_untraced(text, VALUES, "") == []


def test_a_planted_number_is_noticed():
    found = find_untraced("Of 17 patients 23 responded, 41.7% of all, dose 3×10⁷.", VALUES, "")
    assert [text.split(" ")[0] for text in found] == ["3×10⁷", "23", "41.7"]


def test_a_wrong_rounding_is_noticed():
    """15/17 is 88.235…%: 89% and 88.3% are not roundings of it."""
    assert len(find_untraced("89% or 88.3%", VALUES, "")) == 2


def test_numbers_of_the_studys_files_are_accounted_for():
    assert find_untraced("patient 14, threshold 5%", VALUES, "patient,age\n14,9\nfewer than 5% blasts") == []


def test_digits_within_words_are_not_numbers():
    assert find_untraced("KMT2A, CD3+, T1-26", [], "T1-26") == []


def test_structure_code_and_references_are_not_read():
    html = (
        "<head><title>99</title></head><nav><a>3.7</a></nav>"
        "<h1><span class='header-section-number'>4</span> Safety</h1>"
        "<details>41</details><p>See Figure 12 and Table 3. <span class='citation'>[8]</span> 17 patients<br>more</p>"
        "<img alt='alt 55'><svg><text>77</text></svg><div id='refs'>1958;53:457</div>"
    )
    text = " ".join(read_visible_text(html))
    found = find_untraced(text, [17.0], "")
    assert [words.split()[0] for words in found] == ["55"]
    assert not any(number in text for number in ("99", "3.7", "41", "12", "77", "457", "[8]"))


def test_in_prose_a_count_is_not_a_percentage():
    """15/17 rounds to 88%: that accounts for 88%, for the range 64–88%, and not for 88 patients."""
    assert find_untraced("88%, CI 64–88%", VALUES, "", signed=True) == []
    assert len(find_untraced("88 patients", VALUES, "", signed=True)) == 1
