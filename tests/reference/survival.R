# Kaplan-Meier: survfit with its three intervals, print's median, quantile(), summary(times=), reverse Kaplan-Meier.

conf_types <- c("log-log", "log", "plain")
curve <- function(p, conf.type) survfit(Surv(time, code > 0) ~ 1, p, conf.type = conf.type)
limits <- function(fit) {
  row <- summary(fit)$table
  c(median = row[["median"]], lcl_median = row[["0.95LCL"]], ucl_median = row[["0.95UCL"]])
}

survival_summary <- function(p) {
  do.call(rbind, lapply(conf_types, function(conf.type) {
    fit <- curve(p, conf.type)
    # with 0 among the shares: asked for one alone, quantile.survfit compares it with the curve's end without its own
    # tolerance, and a curve that ends at 0.5 gives NA or a number depending on the last bit
    quantiles <- do.call(rbind, quantile(fit, c(0, 0.25, 0.5, 0.75)))[, -1]
    quantiles <- stats::setNames(
      as.double(quantiles), paste0("q", rep(c(25, 50, 75), each = 3), c("", "_lcl", "_ucl"))
    )
    reverse <- limits(survfit(Surv(time, code == 0) ~ 1, p, conf.type = conf.type))
    names(reverse) <- c("median_follow_up", "lcl_median_follow_up", "ucl_median_follow_up")
    cbind(
      data.frame(conf_type = conf.type, n = nrow(p), events = sum(p$code > 0)),
      t(limits(fit)), t(quantiles), t(reverse)
    )
  }))
}

survival_table <- function(p) {
  fit <- curve(p, "log-log")
  rows <- data.frame(
    time = fit$time, n_risk = as.integer(fit$n.risk), n_event = as.integer(fit$n.event),
    n_censor = as.integer(fit$n.censor), survival = fit$surv, std_err = fit$surv * fit$std.err
  )
  for (conf.type in conf_types) {
    fit <- curve(p, conf.type)
    rows[[paste0("lcl_", conf.type)]] <- fit$lower
    rows[[paste0("ucl_", conf.type)]] <- fit$upper
  }
  rows[unique(round(seq(1, nrow(rows), length.out = min(nrow(rows), 12)))), ]  # 12 rows of a long curve
}

survival_at <- function(p) {
  fit <- curve(p, "log-log")
  last <- max(p$time)
  at <- sort(unique(c(0, last / 10, p$time[sample(nrow(p), 1)], last * c(0.35, 0.75), 12)))
  at <- at[at <= max(fit$time)]
  answer <- summary(fit, times = at, extend = FALSE)
  data.frame(
    time = answer$time, n_risk = as.integer(answer$n.risk), survival = answer$surv, lcl = answer$lower,
    ucl = answer$upper
  )
}

set.seed(11)
write_frozen(stack_cases(all_cases, survival_summary), "survival_summary")
write_frozen(stack_cases(all_cases, survival_table), "survival_table")
write_frozen(stack_cases(all_cases, survival_at), "survival_at")
