"""The rates of a simulated study, counted as a clinician would."""

from collections import defaultdict
from datetime import date

from helpers.simulation.cells import Record, Tables
from helpers.statistics.survival import estimate_kaplan_meier


def days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def by_patient(records: list[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        found[record["patient"]].append(record)
    return found


def list_treated(tables: Tables, status: str | None = None) -> list[Record]:
    return [
        row for row in tables["patients"] if row["treatment_start_date"] and status in (None, row["disease_status"])
    ]


def find_responders(tables: Tables) -> dict[str, str]:
    """First assessment below 5 % blasts, before any new therapy, within two cycles and six weeks."""
    third = {row["patient"]: row["start_date"] for row in reversed(tables["blinatumomab"]) if row["cycle"] == "3"}
    therapy = {row["patient"]: row["therapy_date"] for row in reversed(tables["subsequent_therapy"])}
    start = {row["patient"]: row["treatment_start_date"] for row in list_treated(tables)}
    found: dict[str, str] = {}
    for row in tables["response"]:
        patient, day = row["patient"], row["assessment_date"]
        stop = min(third.get(patient, "9"), therapy.get(patient, "9"))
        if float(row["blasts_percent"]) < 5 and start[patient] < day < stop:
            found.setdefault(patient, day)
    return found


def count_rates(tables: Tables) -> dict[str, float]:
    treated = [row["patient"] for row in list_treated(tables)]
    responders = find_responders(tables)
    followup = {row["patient"]: row for row in tables["followup"]}
    infused = {row["patient"] for row in tables["dli"]}
    relapsed = {row["patient"] for row in tables["relapse"]} & set(responders)
    rates: dict[str, float] = {"treated": len(treated)}
    for status in ("MRD", "Relapse"):
        group = [row["patient"] for row in list_treated(tables, status)]
        rates[f"{status} treated"] = len(group) / len(treated)
        rates[f"CR {status}"] = sum(patient in responders for patient in group) / len(group)
        rates[f"MRD response {status}"] = sum(patient in _find_mrd_responders(tables) for patient in group) / len(group)
    rates["deaths"] = sum(followup[patient]["vital_status"] == "dead" for patient in treated)
    rates["infused"] = len(infused) / len(treated)
    rates["relapse of responders"] = len(relapsed) / len(responders)
    rates["deaths in remission"] = sum(
        followup[patient]["death_cause"] in ("Infection", "GVHD", "Other") and patient not in relapsed
        for patient in responders
    ) / len(responders)
    rates |= _count_gvhd(tables, infused) | _count_events(tables, treated)
    rates["second cycle"] = len({row["patient"] for row in tables["blinatumomab"] if row["cycle"] == "2"}) / len(
        treated
    )
    curve = estimate_kaplan_meier(
        [
            days(row["treatment_start_date"], followup[row["patient"]]["last_contact_date"]) / 30.4375
            for row in list_treated(tables)
        ],
        [followup[patient]["vital_status"] == "dead" for patient in treated],
    ).at([12, 36])
    rates["survival at 12 months"], rates["survival at 36 months"] = curve["survival"]
    return rates


def _find_mrd_responders(tables: Tables) -> set[str]:
    responders = find_responders(tables)
    return {
        row["patient"]
        for row in tables["response"]
        if row["patient"] in responders
        and row["mrd_level"]
        and float(row["mrd_level"]) < 1e-4
        and days(responders[row["patient"]], row["assessment_date"]) < 90
    }


def _count_gvhd(tables: Tables, infused: set[str]) -> dict[str, float]:
    def share(*grades: str) -> float:
        return len({row["patient"] for row in tables["gvhd"] if row["recorded_grade"] in grades}) / len(infused)

    return {
        "acute GVHD II-IV": share("II", "III", "IV"),
        "acute GVHD III-IV": share("III", "IV"),
        "chronic GVHD": share("mild", "moderate", "severe"),
        "chronic GVHD moderate or severe": share("moderate", "severe"),
    }


def _count_events(tables: Tables, treated: list[str]) -> dict[str, float]:
    def share(column: str, value: str, grade: int = 1) -> float:
        rows = tables["adverse_events"]
        return len({row["patient"] for row in rows if row[column] == value and int(row["grade"]) >= grade}) / len(
            treated
        )

    crs, infection = "Cytokine release syndrome", "Infections and infestations"
    return {
        "CRS": share("term", crs),
        "CRS 3+": share("term", crs, 3),
        "ICANS": share("term", "Immune effector cell-associated neurotoxicity syndrome"),
        "infection": share("soc", infection),
        "infection 3+": share("soc", infection, 3),
    }
