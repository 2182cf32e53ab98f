# Comparisons of the synthetic protocol study, computed by R from analysis datasets that were exported once.
#
#   Rscript tests/reference/protocol_study.R
#
# reads frozen/protocol_study_{adsl,adtte,adgvhd}.csv and writes frozen/protocol_study.csv. The test needs no R.

suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})

arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
if (is.na(here)) here <- "tests/reference"
read <- function(name) read.csv(file.path(here, "frozen", paste0("protocol_study_", name, ".csv")))

adsl <- read("adsl")
adtte <- merge(read("adtte"), adsl, by = "USUBJID")
adtte$code <- c("0" = 1, "1" = 0, "2" = 2)[as.character(adtte$CNSR)]    # 0 censored, 1 event, 2 competing event
adtte$relapse <- as.integer(adtte$DISSTAT == "Relapse")

answers <- NULL
answer <- function(analysis, param, population, variable, ...) {
  values <- c(...)
  answers <<- rbind(answers, data.frame(analysis, param, population, variable, stat = names(values), value = unname(values)))
}
ratio <- function(fit, name, ...) {
  beta <- if (name == "cox") coef(fit)[[1]] else fit$coef[[1]]           # crr's summary rounds its p-value
  error <- sqrt(fit$var[1, 1])
  limits <- exp(beta + c(-1, 1) * qnorm(0.975) * error)
  answer(name, ..., hr = exp(beta), lcl = limits[1], ucl = limits[2], p_value = 2 * pnorm(-abs(beta / error)))
}

for (param in c("OS", "RFS")) {
  rows <- adtte[adtte$PARAMCD == param, ]
  population <- c(OS = "SAFFL", RFS = "RESPFL")[[param]]
  test <- survdiff(Surv(AVAL, code == 1) ~ DISSTAT, rows)
  answer("logrank", param, population, "", statistic = test$chisq, df = 1,
         p_value = pchisq(test$chisq, 1, lower.tail = FALSE))
  ratio(coxph(Surv(AVAL, code == 1) ~ relapse, rows), "cox", param, population, "")
}
for (param in c("CIR", "NRM", "CGVHD")) {
  rows <- adtte[adtte$PARAMCD == param, ]
  population <- c(CIR = "RESPFL", NRM = "RESPFL", CGVHD = "DLIFL")[[param]]
  test <- cuminc(rows$AVAL, rows$code, rows$DISSTAT)$Tests["1", ]
  answer("gray", param, population, "", statistic = test[["stat"]], df = test[["df"]], p_value = test[["pv"]])
  if (param == "NRM") next                                               # fewer than 5 events in a group
  ratio(crr(rows$AVAL, rows$code, cbind(relapse = rows$relapse)), "finegray", param, population, "")
}

treated <- adsl[adsl$SAFFL == "Y", ]
evaluable <- adsl[adsl$EVALFL == "Y", ]
counts <- function(variable, patients) table(patients[[variable]], patients$DISSTAT)
chi2 <- function(param, population, patients) {
  test <- chisq.test(counts(param, patients))
  answer("chi2", param, population, "", statistic = test$statistic[[1]], df = test$parameter[[1]], p_value = test$p.value)
}
chi2("CR", "SAFFL", treated)
chi2("MRDRESP", "SAFFL", treated)
chi2("MRDRESP", "EVALFL", evaluable)
answer("fisher", "CR", "EVALFL", "", p_value = fisher.test(counts("CR", evaluable))$p.value)
answer("fisher", "", "SAFFL", "EMFL", p_value = fisher.test(counts("EMFL", treated))$p.value)

# Mann-Whitney, exact with ties (wilcox.test approximates there): the number of ways to draw the first group's patients,
# by the sum of their doubled midranks, adding one patient at a time
exact_mann_whitney <- function(x, y) {
  ranks <- as.integer(2 * rank(c(x, y)))
  ways <- matrix(0, length(x) + 1, sum(ranks) + 1)
  ways[1, 1] <- 1
  for (rank in ranks) for (drawn in length(x):1) {
    sums <- seq_len(ncol(ways) - rank)
    ways[drawn + 1, sums + rank] <- ways[drawn + 1, sums + rank] + ways[drawn, sums]
  }
  ways <- ways[length(x) + 1, ]
  distance <- abs(seq_along(ways) - 1 - mean(ranks) * length(x))
  observed <- sum(ranks[seq_along(x)])
  sum(ways[distance >= abs(observed - mean(ranks) * length(x)) - 1e-9]) / sum(ways)
}
by_status <- split(treated$HSCTMO, treated$DISSTAT)
ranks <- rank(c(by_status$MRD, by_status$Relapse))
m <- length(by_status$MRD)
answer("mannwhitney", "", "SAFFL", "HSCTMO", statistic = sum(ranks[seq_len(m)]) - m * (m + 1) / 2,
       p_value = exact_mann_whitney(by_status$MRD, by_status$Relapse))

# GVHD as it begins, for relapse: the earliest GVHD of a patient splits the time at risk; what began before the
# remission holds from it on, and what begins on the last day or later was never at risk.
gvhd <- aggregate(ADT ~ USUBJID, read("adgvhd"), min)
rows <- merge(adtte[adtte$PARAMCD == "CIR", ], gvhd, by = "USUBJID", all.x = TRUE, suffixes = c("", ".gvhd"))
start <- pmax(as.numeric(as.Date(rows$ADT.gvhd) - as.Date(rows$STARTDT)), 0)
stop <- as.numeric(as.Date(rows$ADT) - as.Date(rows$STARTDT))
enters <- !is.na(start) & start < stop
splits <- enters & start > 0
split <- rbind(
  data.frame(start = 0, stop = ifelse(splits, start, stop), event = !splits & rows$code == 1, inside = enters & !splits),
  data.frame(start = start, stop = stop, event = rows$code == 1, inside = TRUE)[splits, ]
)
# Mantel-Byar: the score test with exact ties, which is the hypergeometric log-rank test
byar <- coxph(Surv(start, stop, event) ~ inside, split, ties = "exact", control = coxph.control(iter.max = 0))
answer("mantelbyar", "CIR", "RESPFL", "GVHD", statistic = byar$score, df = 1,
       p_value = pchisq(byar$score, 1, lower.tail = FALSE))
ratio(coxph(Surv(start, stop, event) ~ inside, split), "cox", "CIR", "RESPFL", "GVHD")
answer("later_state", "CIR", "RESPFL", "GVHD", n = nrow(rows), entered = sum(enters), events = sum(rows$code == 1),
       events_in_state = sum(split$event & split$inside))

answers$value <- formatC(answers$value, digits = 13, format = "g", width = 1)
write.csv(answers, file.path(here, "frozen", "protocol_study.csv"), row.names = FALSE, quote = FALSE)
