"""What only the authors of a study can write: the parts of a report that no table answers."""

from helpers.study.declared import Declared


class Narrative(Declared):
    """The authors' own words, part by part as the STROBE statement asks for them; whatever is not written is missing.

    A report prints each text where a reader expects it, and says of those that are missing that the authors have not
    written them yet.

    Attributes
    ----------
    background : str, optional
        Why the study was done.
    design, setting, follow_up : str, optional
        Kind of study; places and dates of recruitment and treatment; how patients were followed.
    bias, study_size, missing_data : str, optional
        How bias was addressed, how the number of patients was arrived at, how missing data were dealt with.
    limitations, interpretation, generalisability : str, optional
        What the results can and cannot say, and for whom.
    ethics, registration, funding, data_sharing : str, optional
        Approval and consent; where the study is registered; who paid, and for what; who can have the data.
    """

    background: str | None = None
    design: str | None = None
    setting: str | None = None
    follow_up: str | None = None
    bias: str | None = None
    study_size: str | None = None
    missing_data: str | None = None
    limitations: str | None = None
    interpretation: str | None = None
    generalisability: str | None = None
    ethics: str | None = None
    registration: str | None = None
    funding: str | None = None
    data_sharing: str | None = None
