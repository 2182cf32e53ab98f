# States entered with time: Mantel-Byar (score test of coxph, ties = "exact", which is the hypergeometric log-rank),
# Simon-Makuch (survfit on start-stop rows), state occupation (multi-state survfit).

with_state <- function(p) {                                    # a random part of the patients enters a state on the way
  enters <- runif(nrow(p)) < 0.5
  p$state_start <- ifelse(enters, floor(p$time * runif(nrow(p))), NA)
  p
}
rows_of <- function(p) {                                       # at risk from -1 on, so that day 0 counts
  enters <- !is.na(p$state_start) & p$state_start < p$time
  splits <- enters & p$state_start > 0
  first <- data.frame(
    start = -1, stop = ifelse(splits, p$state_start, p$time), event = ifelse(splits, 0, p$code > 0),
    inside = as.integer(enters & !splits)
  )
  second <- data.frame(start = p$state_start, stop = p$time, event = as.integer(p$code > 0), inside = 1L)[splits, ]
  rbind(first, second)
}

set.seed(55)
entering <- lapply(c(
  list(stanford = with(jasa, patients(futime, fustat))), random_cases[seq(1, 600, by = 4)]
), with_state)
entering$stanford$state_start <- with(jasa, ifelse(is.na(wait.time) | wait.time > futime, NA, wait.time))
write_frozen(stack_cases(entering, function(p) p[c("time", "code", "state_start")]), "patients_entering")

mantel_byar <- function(p) {
  rows <- rows_of(p)
  if (length(unique(rows$inside)) < 2 || sum(rows$event) == 0) return(NULL)
  fit <- tryCatch(
    suppressWarnings(coxph(Surv(start, stop, event) ~ inside, rows, ties = "exact", control = coxph.control(iter.max = 0))),
    error = function(e) NULL
  )
  if (is.null(fit) || is.na(fit$score) || fit$score == 0 && is.na(fit$coefficients)) return(NULL)
  data.frame(statistic = fit$score)
}
write_frozen(stack_cases(entering, mantel_byar), "mantel_byar")

simon_makuch <- function(p) {
  rows <- rows_of(p)
  do.call(rbind, lapply(unique(rows$inside), function(i) {
    fit <- survfit(Surv(start, stop, event) ~ 1, rows[rows$inside == i, ], conf.type = "log-log")
    data.frame(
      inside = i, time = fit$time, n_risk = as.integer(fit$n.risk), n_event = as.integer(fit$n.event),
      survival = fit$surv, lcl = fit$lower, ucl = fit$upper, median = summary(fit)$table[["median"]]
    )[unique(round(seq(1, length(fit$time), length.out = min(length(fit$time), 8)))), ]
  }))
}
write_frozen(stack_cases(entering, simon_makuch), "simon_makuch")

# remission 1 -> relapse 1 -> remission 2 -> relapse 2; death from everywhere; censored at any time
stays_of <- function(n, longest) {
  path <- c("remission 1", "relapse 1", "remission 2", "relapse 2")
  do.call(rbind, lapply(seq_len(n), function(i) {
    time <- 0
    rows <- NULL
    for (k in seq_along(path)) {
      stop <- time + sample(longest, 1)
      move <- sample(c("on", "death", "end"), 1, prob = c(0.55, 0.2, 0.25))
      if (k == 4 && move == "on") move <- "end"
      to <- switch(move, on = path[k + 1], death = "death", end = path[k])
      rows <- rbind(rows, data.frame(patient = i, start = time, stop = stop, state = path[k], next_state = to))
      if (move != "on") break
      time <- stop
    }
    rows
  }))
}
stays <- lapply(1:60, function(i) stays_of(sample(4:40, 1), sample(c(3, 10, 200), 1)))
names(stays) <- sprintf("stays%02d", seq_along(stays))
write_frozen(stack_cases(stays, identity), "patients_stays")

occupation <- function(rows) {
  states <- c("remission 1", "relapse 1", "remission 2", "relapse 2", "death")
  rows$event <- factor(ifelse(rows$next_state == rows$state, "none", rows$next_state), c("none", states))
  rows$istate <- factor(rows$state, states)
  fit <- survfit(Surv(start, stop, event) ~ 1, rows, id = patient, istate = istate, influence = TRUE)
  pick <- unique(round(seq(1, length(fit$time), length.out = min(length(fit$time), 5))))
  influence <- fit$influence.pstate                              # patient x time x state
  remission <- match(c("remission 1", "remission 2"), fit$states)
  offset <- dim(influence)[2] - length(fit$time)                 # some versions keep time 0 too
  current <- vapply(pick, function(k) sum(rowSums(influence[, k + offset, remission])^2), 1)
  data.frame(
    time = fit$time[pick], remission1 = fit$pstate[pick, remission[1]], remission1_se = fit$std.err[pick, remission[1]],
    death = fit$pstate[pick, match("death", fit$states)], death_se = fit$std.err[pick, match("death", fit$states)],
    current = rowSums(fit$pstate[pick, remission, drop = FALSE]), current_se = sqrt(current)
  )
}
write_frozen(stack_cases(stays, occupation), "state_occupation")
