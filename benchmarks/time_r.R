# Times R's functions on the patients of a CSV file (time, code, group, x): one line "name seconds" per function and run.
#
#   Rscript benchmarks/time_r.R patients.csv runs name [name …]

suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
})

arguments <- commandArgs(TRUE)
p <- read.csv(arguments[1])
functions <- list(
  kaplan_meier = function() survfit(Surv(time, code > 0) ~ 1, p, conf.type = "log-log"),
  cumulative_incidence = function() cuminc(p$time, p$code),
  log_rank = function() survdiff(Surv(time, code > 0) ~ group, p),
  gray = function() cuminc(p$time, p$code, p$group),
  cox = function() coxph(Surv(time, code > 0) ~ group + x, p),
  fine_gray = function() crr(p$time, p$code, cbind(p$group, p$x))
)
for (name in arguments[-(1:2)]) {
  for (run in seq_len(as.integer(arguments[2]))) {
    gc(FALSE)
    start <- proc.time()[["elapsed"]]
    invisible(functions[[name]]())
    cat(name, proc.time()[["elapsed"]] - start, "\n")
  }
}
