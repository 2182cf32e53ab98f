# Cumulative incidence: estimates and variances of cmprsk::cuminc at given times, for causes 1 and 2.

incidence_at <- function(p) {
  merged <- aeqSurv(Surv(p$time, p$code > 0))[, 1]       # cuminc itself does not join times that differ by rounding
  last <- max(merged)
  at <- sort(unique(c(0, last / 10, last * c(0.35, 0.75), last)))
  causes <- sort(unique(p$code[p$code > 0]))
  if (length(causes) == 0) return(NULL)
  answer <- timepoints(cuminc(merged, p$code), at)
  do.call(rbind, lapply(causes, function(cause) {
    name <- paste("1", cause)
    data.frame(
      cause = cause, time = at, n_risk = vapply(at, function(t) sum(merged >= t), 1L),
      cif = as.double(answer$est[name, ]), std_err = sqrt(pmax(as.double(answer$var[name, ]), 0))
    )
  }))
}

write_frozen(stack_cases(all_cases, incidence_at), "incidence_at")
