# Until when one more event moves a curve by no more than an amount (S and the number at risk from survfit), and Clark's
# completeness of follow-up, as if the study had closed at the last time. The events of all causes count.

amounts <- c(0.02, 0.05, 0.1, 0.25)

trusted_until <- function(fit, amount) {
  after <- fit$n.risk - fit$n.event - fit$n.censor        # at risk once the events and censorings of that time are over
  moves <- c(1 / fit$n, ifelse(after > 0, fit$surv / after, 0))
  begins <- c(0, fit$time)
  too_far <- moves > amount * (1 + sqrt(.Machine$double.eps))
  if (any(too_far)) begins[which(too_far)[1]] else NA_real_
}

maturity <- function(p) {
  fit <- survfit(Surv(time, code > 0) ~ 1, p)
  closing <- max(p$time)
  possible <- sum(ifelse(p$code > 0, p$time, closing))
  data.frame(
    amount = amounts, time_trusted = vapply(amounts, function(amount) trusted_until(fit, amount), 1),
    completeness = if (possible > 0) sum(p$time) / possible else NA_real_
  )
}

write_frozen(stack_cases(all_cases, maturity), "maturity")
