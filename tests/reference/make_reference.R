# Reference values of the statistics floor, computed by R.
#
#   Rscript tests/reference/make_reference.R
#
# writes tests/reference/frozen/*.csv: the patients of every case, and what R's packages survival, cmprsk and stats
# answer. Deterministic: every part sets its own seed. The tests read the frozen files and need no R.
# Real data sets come with the R package survival and are written out here as plain columns.

suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})

arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
if (is.na(here)) here <- "tests/reference"
frozen <- file.path(here, "frozen")
dir.create(frozen, showWarnings = FALSE)

full <- function(x) ifelse(is.na(x), "", formatC(x, digits = 17, format = "g", width = 1))   # reads back exactly
short <- function(x) ifelse(is.na(x), "", formatC(x, digits = 13, format = "g", width = 1))  # enough for 1e-9

write_frozen <- function(frame, name) {
  numbers <- vapply(frame, is.double, TRUE)
  exact <- grepl("^(time|median|lcl_median|ucl_median|q[0-9]|rounded)", names(frame))
  for (column in names(frame)[numbers]) {
    frame[[column]] <- if (exact[names(frame) == column]) full(frame[[column]]) else short(frame[[column]])
  }
  write.csv(frame, file.path(frozen, paste0(name, ".csv")), row.names = FALSE, quote = FALSE, na = "")
}

stack_cases <- function(cases, answer) {
  rows <- lapply(names(cases), function(name) {
    rows <- answer(cases[[name]])
    if (is.null(rows) || nrow(rows) == 0) return(NULL)
    cbind(case = name, rows)
  })
  do.call(rbind, rows)
}

for (part in c("cases.R", "proportions.R", "survival.R", "comparison.R", "incidence.R", "contingency.R", "regression.R", "transplant.R", "maturity.R")) source(file.path(here, part))

writeLines(c(
  paste("R", getRversion()), paste("survival", packageVersion("survival")), paste("cmprsk", packageVersion("cmprsk"))
), file.path(frozen, "versions.txt"))
