"""What may not contradict in the tables of a simulated study: each rule yields what breaks it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from helpers.simulation.cells import Record, Tables, get_columns, get_event_date
from helpers.simulation.gvhd import ACUTE, CHRONIC, grade_acute, grade_chronic
from simulation.rates import by_patient, days

Broken = Iterator[str]
HYPOTENSION = {"none": 1, "no vasopressor": 2, "one vasopressor": 3, "several vasopressors": 4}
HYPOXIA = {"none": 1, "low flow": 2, "high flow": 3, "positive pressure": 4}


def cells_fit_the_dictionary(tables: Tables) -> Broken:
    for table, records in tables.items():
        for number, record in enumerate(records, start=1):
            for name, column in get_columns(table).items():
                cell = record[name]
                if cell == "":
                    if column.required:
                        yield f"{table} {number} {name}: missing"
                elif not _fits(column, cell):
                    yield f"{table} {number} {name}: {cell}"


def _fits(column, cell: str) -> bool:
    if column.type == "code":
        return cell in column.codes
    if column.type == "date":
        return dt.date.fromisoformat(cell).isoformat() == cell
    if column.type in ("number", "integer"):
        low, high = column.limits
        return low <= float(cell) <= high and (column.type == "number" or cell.isdigit()) and cell == _shortest(cell)
    return cell == cell.strip()


def _shortest(cell: str) -> str:
    return cell.rstrip("0").rstrip(".") if "." in cell and "e" not in cell else cell


def rows_are_sorted(tables: Tables) -> Broken:
    for table, records in tables.items():
        date = get_event_date(table)
        keys = [(record["patient"], record[date] if date else "") for record in records]
        if keys != sorted(keys):
            yield table


def no_day_has_two_of_a_kind(tables: Tables) -> Broken:
    kinds: dict[str, tuple[str, ...]] = {
        "patients": (),
        "followup": (),
        "dli": ("dli_date",),
        "response": ("assessment_date",),
        "relapse": ("relapse_date",),
        "labs": ("lab_date",),
        "adverse_events": ("onset_date", "term"),
        "gvhd": ("onset_date", "type"),
    }
    for table, columns in kinds.items():
        counts = Counter((record["patient"], *(record[name] for name in columns)) for record in tables[table])
        yield from (f"{table} {key}" for key, count in counts.items() if count > 1)


def every_screened_patient_is_followed(tables: Tables) -> Broken:
    screened = [record["patient"] for record in tables["patients"]]
    if screened != [record["patient"] for record in tables["followup"]]:
        yield "followup and patients differ"
    for table, records in tables.items():
        yield from (f"{table} {record['patient']}" for record in records if record["patient"] not in screened)


def numbers_follow_screening(tables: Tables) -> Broken:
    dates = [record["screening_date"] for record in tables["patients"]]
    if dates != sorted(dates):
        yield "screening dates out of order"
    for number, record in enumerate(tables["patients"], start=1):
        if record["patient"] != f"ZZ-{number:03d}":
            yield record["patient"]


def dates_before_treatment_are_in_order(tables: Tables) -> Broken:
    first = {patient: rows[0]["start_date"] for patient, rows in by_patient(tables["blinatumomab"]).items()}
    for row in tables["patients"]:
        start = row["treatment_start_date"]
        if not row["hsct_date"] < row["relapse_before_date"] <= row["screening_date"] <= (start or "9"):
            yield f"{row['patient']}: order of dates"
        if not 28 <= days(row["hsct_date"], row["relapse_before_date"]) <= 1250:
            yield f"{row['patient']}: time from transplantation"
        if start != first.get(row["patient"], ""):
            yield f"{row['patient']}: start of treatment"


def disease_status_fits_blasts(tables: Tables) -> Broken:
    for row in tables["patients"]:
        blasts = row["marrow_blasts_percent"]
        if blasts and (float(blasts) >= 5) != (row["disease_status"] == "Relapse"):
            yield f"{row['patient']}: blasts {blasts}"
        if (row["cns_leukaemia"] == "Y") != (row["extramedullary"] == "CNS"):
            yield f"{row['patient']}: leukaemia of the CNS"
        if row["extramedullary"] != "No" and row["disease_status"] == "MRD":
            yield f"{row['patient']}: extramedullary with MRD"
        if row["extramedullary"] == "Testis" and row["sex"] == "Female":
            yield f"{row['patient']}: testis of a woman"


def nothing_lies_outside_observation(tables: Tables) -> Broken:
    start = {row["patient"]: row["screening_date"] for row in tables["patients"]}
    end = {row["patient"]: row["last_contact_date"] for row in tables["followup"]}
    for table, records in tables.items():
        names = [name for name, column in get_columns(table).items() if column.type == "date"]
        for record in records:
            for name in set(names) - {"hsct_date", "relapse_before_date"}:
                if record[name] and not start[record["patient"]] <= record[name] <= end[record["patient"]]:
                    yield f"{table} {record['patient']} {name} {record[name]}"


def the_dead_are_dead(tables: Tables) -> Broken:
    for row in tables["followup"]:
        dead = row["vital_status"] == "dead"
        if dead != (row["death_date"] != "") or dead != (row["death_cause"] != ""):
            yield f"{row['patient']}: vital status"
        if dead and row["death_date"] != row["last_contact_date"]:
            yield f"{row['patient']}: contact after death"


def doses_follow_each_other(tables: Tables) -> Broken:
    for patient, rows in by_patient(tables["blinatumomab"]).items():
        for earlier, later in pairwise(rows):
            if not earlier["end_date"] or later["start_date"] <= earlier["end_date"]:
                yield f"{patient}: doses overlap"
            if int(later["cycle"]) - int(earlier["cycle"]) not in (0, 1):
                yield f"{patient}: cycles"
        for row in rows:
            yield from _check_dose(patient, row)


def _check_dose(patient: str, row: Record) -> Broken:
    last = row["end_date"] or "9"
    begin, end = row["interruption_start_date"], row["interruption_end_date"]
    if row["start_date"] > last:
        yield f"{patient}: dose ends before it starts"
    if begin and not row["start_date"] < begin <= (end or begin) < last:
        yield f"{patient}: interruption outside its row"
    if (not begin and end) or (begin and not end and row["end_date"]):
        yield f"{patient}: interruption goes on after its row"


def protocol_therapy_stops(tables: Tables) -> Broken:
    start = {row["patient"]: row["treatment_start_date"] for row in tables["patients"]}
    stops: dict[str, str] = {}
    for table, date in (
        ("relapse", "relapse_date"),
        ("subsequent_therapy", "therapy_date"),
        ("followup", "death_date"),
    ):
        for row in tables[table]:
            stops[row["patient"]] = min(stops.get(row["patient"], "9"), row[date] or "9")
    for row in tables["blinatumomab"]:
        if max(row["start_date"], row["end_date"]) >= stops.get(row["patient"], "9"):
            yield f"{row['patient']}: dose after {stops[row['patient']]}"
    for row in tables["dli"]:
        if not start[row["patient"]] < row["dli_date"] < stops.get(row["patient"], "9"):
            yield f"{row['patient']}: lymphocytes on {row['dli_date']}"


def lymphocytes_fall_between_cycles(tables: Tables) -> Broken:
    doses = by_patient(tables["blinatumomab"])
    for row in tables["dli"]:
        for dose in doses[row["patient"]]:
            if dose["start_date"] <= row["dli_date"] <= (dose["end_date"] or "9"):
                yield f"{row['patient']}: lymphocytes during a cycle"


def cd3_is_part_of_mnc(tables: Tables) -> Broken:
    for row in tables["dli"]:
        if row["cd3_per_kg"] and not 0.19 <= float(row["cd3_per_kg"]) / float(row["mnc_per_kg"]) <= 0.51:
            yield f"{row['patient']}: {row['cd3_per_kg']} of {row['mnc_per_kg']}"


def morphology_fits_blasts(tables: Tables) -> Broken:
    for row in tables["response"]:
        low = float(row["blasts_percent"]) < 5
        if low != (row["morphology"] in ("CR", "CRi", "CRh")) or (not low and row["morphology"] != "No remission"):
            yield f"{row['patient']} {row['assessment_date']}: {row['morphology']}"
        if (row["mrd_level"] == "") != (row["mrd_method"] == ""):
            yield f"{row['patient']} {row['assessment_date']}: MRD without method"
        if row["mrd_level"] and float(row["mrd_level"]) != 0 and not 1e-6 <= float(row["mrd_level"]) <= 0.1:
            yield f"{row['patient']} {row['assessment_date']}: MRD {row['mrd_level']}"


def assessments_follow_the_first_dose(tables: Tables) -> Broken:
    start = {row["patient"]: row["treatment_start_date"] for row in tables["patients"]}
    for row in tables["response"]:
        if not "" < start[row["patient"]] < row["assessment_date"]:
            yield f"{row['patient']} {row['assessment_date']}"


def relapse_follows_remission(tables: Tables) -> Broken:
    assessed = by_patient(tables["response"])
    for row in tables["relapse"]:
        patient, day, marrow = row["patient"], row["relapse_date"], row["relapse_site"] != "Extramedullary"
        before = [a for a in assessed[patient] if a["assessment_date"] < day]
        if not before or float(before[-1]["blasts_percent"]) >= 5:
            yield f"{patient}: relapse without remission"
        on_the_day = [a for a in assessed[patient] if a["assessment_date"] == day]
        if marrow and not (on_the_day and float(on_the_day[0]["blasts_percent"]) >= 5):
            yield f"{patient}: marrow relapse without marrow"


def lost_remission_is_a_relapse(tables: Tables) -> Broken:
    relapses = {
        patient: [row["relapse_date"] for row in rows] for patient, rows in by_patient(tables["relapse"]).items()
    }
    for patient, rows in by_patient(tables["response"]).items():
        for earlier, later in pairwise(rows):
            lost = float(earlier["blasts_percent"]) < 5 <= float(later["blasts_percent"])
            known = relapses.get(patient, [])
            if lost and not any(earlier["assessment_date"] < day <= later["assessment_date"] for day in known):
                yield f"{patient} {later['assessment_date']}: remission lost without relapse"


def remission_is_regained_by_new_therapy(tables: Tables) -> Broken:
    therapy = {row["patient"]: row["therapy_date"] for row in tables["subsequent_therapy"]}
    assessed = by_patient(tables["response"])
    for patient, rows in by_patient(tables["relapse"]).items():
        first, second = rows[0]["relapse_date"], rows[1]["relapse_date"] if len(rows) > 1 else "9"
        again = [
            row["assessment_date"]
            for row in assessed[patient]
            if first < row["assessment_date"] < second and float(row["blasts_percent"]) < 5
        ]
        if again and not (therapy.get(patient, "9") < again[0] and days(first, again[0]) <= 90):
            yield f"{patient}: remission regained on {again[0]}"


def new_therapy_has_a_reason(tables: Tables) -> Broken:
    start = {row["patient"]: row["treatment_start_date"] for row in tables["patients"]}
    relapse = {row["patient"]: row["relapse_date"] for row in reversed(tables["relapse"])}
    for row in tables["subsequent_therapy"]:
        if not "" < start[row["patient"]] < row["therapy_date"]:
            yield f"{row['patient']}: new therapy before treatment"
        if (
            row["patient"] in relapse
            and row["therapy_date"] <= relapse[row["patient"]]
            and row["therapy"] != "Second HSCT"
        ):
            yield f"{row['patient']}: new therapy before relapse"


def gvhd_rows_are_whole(tables: Tables) -> Broken:
    infused = {row["patient"]: row["dli_date"] for row in reversed(tables["dli"])}
    for row in tables["gvhd"]:
        acute = row["type"] == "acute"
        where = f"{row['patient']} {row['onset_date']}"
        if any(row[name] for name in (CHRONIC if acute else ACUTE)):
            yield f"{where}: stages of the other kind"
        if (
            (row["recorded_grade"] in ("I", "II", "III", "IV")) != acute
            or not row["recorded_grade"]
            or not row["treatment"]
        ):
            yield f"{where}: recorded grade"
        if not infused.get(row["patient"], "9") < row["onset_date"]:
            yield f"{where}: before the lymphocytes"


def gvhd_only_worsens(tables: Tables) -> Broken:
    for patient, rows in by_patient(tables["gvhd"]).items():
        for names in (ACUTE, CHRONIC):
            whole = [row for row in rows if all(row[name] for name in names)]
            for earlier, later in pairwise(whole):
                if not any(later[name] > earlier[name] for name in names):
                    yield f"{patient} {later['onset_date']}"


def second_infusion_only_without_gvhd(tables: Tables) -> Broken:
    first = {row["patient"]: row["onset_date"] for row in reversed(tables["gvhd"])}
    for patient, rows in by_patient(tables["dli"]).items():
        if any(row["dli_date"] >= first.get(patient, "9") for row in rows):
            yield patient


def fatal_gvhd_was_severe(tables: Tables) -> Broken:
    severe = {row["patient"] for row in tables["gvhd"] if _regrade(row) in ("III", "IV", "severe")}
    for row in tables["followup"]:
        if row["death_cause"] == "GVHD" and row["patient"] not in severe:
            yield row["patient"]


def _regrade(row: Record) -> str | None:
    names = ACUTE if row["type"] == "acute" else CHRONIC
    if any(row[name] == "" for name in names):
        return None
    return (grade_acute if row["type"] == "acute" else grade_chronic)({name: int(row[name]) for name in names})


def events_fit_their_dates(tables: Tables) -> Broken:
    start = {row["patient"]: row["treatment_start_date"] for row in tables["patients"]}
    for row in tables["adverse_events"]:
        where = f"{row['patient']} {row['term']} {row['onset_date']}"
        if not "" < start[row["patient"]] <= row["onset_date"] <= (row["end_date"] or "9"):
            yield f"{where}: dates"
        if (row["outcome"] == "ongoing") != (row["end_date"] == ""):
            yield f"{where}: {row['outcome']}, end {row['end_date']}"


def fatal_events_are_deaths(tables: Tables) -> Broken:
    followup = {row["patient"]: row for row in tables["followup"]}
    fatal = {row["patient"]: row for row in tables["adverse_events"] if row["outcome"] == "fatal"}
    for row in tables["adverse_events"]:
        if (row["grade"] == "5") != (row["outcome"] == "fatal"):
            yield f"{row['patient']} {row['term']}: grade and outcome"
    for patient, row in fatal.items():
        if followup[patient]["death_cause"] != "Infection" or row["end_date"] != followup[patient]["death_date"]:
            yield f"{patient}: fatal {row['term']}"
    for patient, row in followup.items():
        if row["death_cause"] == "Infection" and patient not in fatal:
            yield f"{patient}: fatal infection missing"


def crs_has_its_signs(tables: Tables) -> Broken:
    start = {row["patient"]: row["treatment_start_date"] for row in tables["patients"]}
    for row in tables["adverse_events"]:
        signs = [row["temperature_c"], row["hypotension"], row["hypoxia"]]
        if row["term"] != "Cytokine release syndrome":
            if any(signs):
                yield f"{row['patient']} {row['term']}: signs of CRS"
        elif not all(signs) or float(signs[0]) < 38 or days(start[row["patient"]], row["onset_date"]) > 4:
            yield f"{row['patient']}: CRS {signs} on {row['onset_date']}"


def interruptions_have_reasons(tables: Tables) -> Broken:
    reasons = {
        (row["patient"], row["onset_date"])
        for row in tables["adverse_events"]
        if row["term"] in ("Cytokine release syndrome", "Seizure")
    }
    for row in tables["blinatumomab"]:
        if row["interruption_start_date"] and (row["patient"], row["interruption_start_date"]) not in reasons:
            yield f"{row['patient']}: interruption without reason"


def everybody_has_a_baseline_count(tables: Tables) -> Broken:
    counted = by_patient(tables["labs"])
    for row in tables["patients"]:
        start = row["treatment_start_date"]
        if start and not 0 <= days(counted[row["patient"]][0]["lab_date"], start) <= 3:
            yield row["patient"]


RULES = [
    rule for name, rule in list(globals().items()) if getattr(rule, "__module__", "") == __name__ and name[0] != "_"
]


def list_other_grades(tables: Tables) -> list[str]:
    """GVHD rows whose recorded grade is not that of their stages."""
    return [row["patient"] for row in tables["gvhd"] if _regrade(row) not in (None, row["recorded_grade"])]


def list_missing_stages(tables: Tables) -> list[str]:
    return [row["patient"] for row in tables["gvhd"] if _regrade(row) is None]


def list_other_crs_grades(tables: Tables) -> list[str]:
    """CRS whose recorded grade is not that of its signs (ASTCT 2019)."""
    return [
        row["patient"]
        for row in tables["adverse_events"]
        if row["term"] == "Cytokine release syndrome"
        and int(row["grade"]) != max(HYPOTENSION[row["hypotension"]], HYPOXIA[row["hypoxia"]])
    ]
