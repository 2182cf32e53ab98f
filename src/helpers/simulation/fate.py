"""What the leukaemia of a patient is going to do, drawn before anything is dated."""

from dataclasses import dataclass

from helpers.simulation.draws import Draws
from helpers.simulation.precision import count_days

RESPONSE_CYCLE = {False: {1: 0.9, 2: 0.03, 0: 0.07}, True: {1: 0.47, 2: 0.13, 0: 0.4}}
"""How often remission comes with cycle 1, cycle 2 or never (0), without and with haematological relapse."""
MRD_RESPONSE = {False: 0.82, True: 0.75}
"""How often residual disease falls below 1e-4 in those who reach remission."""
RELAPSE = {False: 0.55, True: 0.67}
DEATH_IN_REMISSION = 0.13
MONTHS_TO_RELAPSE = 8


@dataclass(frozen=True)
class Fate:
    """What the leukaemia is going to do.

    Attributes
    ----------
    response_cycle : int
        Cycle that brings remission, 0 for never.
    mrd_response : bool
        Residual disease falls below 1e-4.
    days_to_relapse, days_to_death_in_remission : int or None
        Counted from the remission; None if it does not happen.
    early_death : bool
        Death before the first marrow assessment.
    """

    response_cycle: int
    mrd_response: bool
    days_to_relapse: int | None
    days_to_death_in_remission: int | None
    early_death: bool = False

    @property
    def responds(self) -> bool:
        """Whether remission is reached."""
        return self.response_cycle > 0


def draw_fate(draws: Draws, relapsed: bool, early_death: bool) -> Fate:
    """Draw the fate of a treated patient.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    relapsed : bool
        Haematological relapse before treatment; otherwise residual disease.
    early_death : bool
        The patient is to die before the first marrow assessment.

    Returns
    -------
    Fate
        Response, relapse and death in remission.
    """
    if early_death:
        return Fate(0, False, None, None, early_death=True)
    cycle = draws.choose(RESPONSE_CYCLE[relapsed])
    mrd_response = draws.chance(MRD_RESPONSE[relapsed])
    to_relapse = max(40, count_days(draws.skewed(MONTHS_TO_RELAPSE, 0.75)))
    to_death = draws.whole(50, 360)
    return Fate(
        response_cycle=cycle,
        mrd_response=cycle > 0 and mrd_response,
        days_to_relapse=to_relapse if draws.chance(RELAPSE[relapsed]) else None,
        days_to_death_in_remission=to_death if draws.chance(DEATH_IN_REMISSION) else None,
    )
