# The patients: real data sets, hand-made small ones, and random small ones.
# Columns: time, code (0 censored, 1 the event, 2 … competing events), group, stratum, x (a number), z (0/1).

patients <- function(time, code, group = 1, stratum = 1, x = 0, z = 0) {
  frame <- data.frame(
    time = as.double(time), code = as.integer(code), group = as.integer(factor(group)),
    stratum = as.integer(factor(stratum)), x = as.double(x), z = as.integer(z)
  )
  frame[stats::complete.cases(frame), ]
}

colon_death <- subset(colon, etype == 2)
mgus2_first <- with(mgus2, patients(
  ifelse(pstat == 1, ptime, futime), ifelse(pstat == 1, 1, 2 * death), sex, age > 70, age, sex == "M"
))
real_cases <- list(
  aml = with(aml, patients(time, status, x)),
  colon = with(colon_death, patients(time, status, rx, sex, age, obstruct)),
  diabetic = with(diabetic, patients(time, status, trt, laser, age, trt)),
  gbsg = with(gbsg, patients(rfstime, status, hormon, grade, pgr, hormon)),
  kidney = with(kidney, patients(time, status, sex, disease, age, sex == 2)),
  lung = with(lung, patients(time, status - 1, sex, ph.ecog > 0, age, sex == 2)),
  # the same times as sums of years: equal days now differ in the last bits
  lung_rounding = with(lung, patients((time / 365.25 + inst) - inst, status - 1, sex, ph.ecog > 0, age, sex == 2)),
  mgus2 = mgus2_first,
  myeloid = with(myeloid, patients(futime, death, trt, sex, 0, trt == "B")),
  ovarian = with(ovarian, patients(futime, fustat, rx, resid.ds, age, rx == 2)),
  pbc = with(subset(pbc, !is.na(trt)), patients(time, ifelse(status == 2, 1, 2 * status), trt, sex, age, trt == 2)),
  retinopathy = with(retinopathy, patients(futime, status, trt, laser, risk, trt)),
  stanford2 = with(stanford2, patients(time, status, age > 40, age > 50, age, age > 40)),
  transplant = with(transplant, patients(
    futime, c(0, 2, 1, 3)[as.integer(event)], abo, year, age, sex == "m"
  )),
  veteran = with(veteran, patients(time, status, trt, celltype, karno, prior > 0))
)

hand_cases <- list(
  # duration of response of the published cohort, months; event = relapse in the marrow
  cohort_dor = patients(
    c(1, 55, 16, 52, 7, 11, 6, 12, 3.5, 3, 35, 8, 8, 3, 27), c(1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0)
  ),
  one_patient_event = patients(5, 1),
  one_patient_censored = patients(5, 0),
  one_patient_day0 = patients(0, 1),
  all_at_day0 = patients(c(0, 0, 0), c(1, 0, 1)),
  day0_censored_first = patients(c(0, 1, 2, 3), c(0, 1, 0, 1), c(1, 2, 1, 2)),
  flat_at_half_then_falls = patients(c(1, 2, 3, 4), c(1, 1, 1, 0)),
  flat_at_half_to_the_end = patients(c(1, 2, 3, 4), c(1, 1, 0, 0)),
  half_by_product = patients(c(1:6, 6, 7, 8, 9), c(1, 0, 1, 1, 1, 0, 0, 1, 0, 0)),
  ties_event_and_censoring = patients(c(2, 2, 2, 4, 4, 4), c(1, 0, 1, 0, 1, 0), c(1, 1, 2, 2, 1, 2)),
  freireich_6mp = patients(
    c(6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35,
      1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23),
    c(rep(1, 9), rep(0, 12), rep(1, 21)), rep(1:2, each = 21)
  )
)

random_case <- function(i) {
  n <- sample(2:60, 1)
  kind <- i %% 10
  time <- switch(1 + i %% 4,
    sample(1:max(2, n %/% 5), n, replace = TRUE),        # heavy ties
    sample(0:1500, n, replace = TRUE) / 30.4375,         # months from days
    round(rexp(n, 0.1), 1),                              # a few ties, sometimes 0
    sample(1:400, n, replace = TRUE) * 0.1               # ties with rounding error
  )
  share_censored <- c(0, 1, 0.3, 0.6, 0.3, 0.5, 0.8, 0.2, 0.4, 0.5)[kind + 1]
  code <- ifelse(runif(n) < share_censored, 0L, sample(c(1L, 1L, 2L), n, replace = TRUE))
  if (kind == 4) code[time == max(time)] <- 1L           # event at the last time
  if (kind == 5) {                                       # meets 0.5 exactly, then falls or stays
    n <- 2 * (n %/% 2)
    time <- sort(time[seq_len(n)])
    code <- c(rep(1L, n / 2), if (i %% 20 == 5) rep(0L, n / 2) else sample(0:1, n / 2, replace = TRUE))
  }
  groups <- if (kind == 6) 1L else if (kind == 7) 3L else 2L
  size <- length(time)
  patients(time, code, sample(seq_len(groups), size, replace = TRUE), sample(1:3, size, replace = TRUE),
           round(rnorm(size), 2), rbinom(size, 1, 0.5))
}

set.seed(20240101)
random_cases <- lapply(1:600, random_case)
names(random_cases) <- sprintf("random%03d", 1:600)

small_cases <- c(hand_cases, random_cases)
all_cases <- c(real_cases, small_cases)
write_frozen(stack_cases(real_cases, identity), "patients_real")
write_frozen(stack_cases(small_cases, identity), "patients_small")
