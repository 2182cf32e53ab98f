# Tables, numbers and contrasts of two groups: chisq.test, fisher.test, wilcox.test, binom.test; restricted mean
# (summary(survfit, rmean)), one-sample log-rank (survdiff with an offset). Plain enumeration where base R has no exact answer.

flat <- function(counts) paste(apply(counts, 1, paste, collapse = " "), collapse = " / ")   # rows / rows

set.seed(33)
tables <- c(
  list(matrix(c(3, 1, 1, 3), 2), matrix(c(10, 3, 4, 15), 2), matrix(c(0, 5, 7, 2), 2), matrix(c(30, 22, 18, 41), 2),
       matrix(c(1, 0, 0, 1), 2), matrix(c(20, 20, 20, 20), 2), matrix(c(5, 9, 1, 0, 3, 8), 2)),
  lapply(1:150, function(i) {
    shape <- list(c(2, 2), c(2, 3), c(3, 2), c(3, 3), c(4, 2), c(2, 4))[[1 + i %% 6]]
    matrix(rpois(prod(shape), sample(c(1, 3, 9, 20), 1)), shape[1])
  })
)
tables <- Filter(function(t) all(rowSums(t) > 0) && all(colSums(t) > 0), tables)
write_frozen(do.call(rbind, lapply(tables, function(counts) {
  expected <- outer(rowSums(counts), colSums(counts)) / sum(counts)
  chi2 <- suppressWarnings(chisq.test(counts))
  plain <- suppressWarnings(chisq.test(counts, correct = FALSE))
  data.frame(
    counts = flat(counts), smallest_expected = min(expected), statistic = chi2$statistic, df = as.integer(chi2$parameter),
    p_value = chi2$p.value, p_uncorrected = plain$p.value, p_fisher = fisher.test(counts, workspace = 2e7)$p.value
  )
})), "contingency")

# Mann-Whitney and Hodges-Lehmann: exact answers of wilcox.test without ties; with ties every choice of a first group
exact_with_ties <- function(x, y) {
  ranks <- rank(c(x, y))
  sums <- combn(length(ranks), length(x), function(chosen) sum(ranks[chosen]))
  mean(abs(sums - mean(sums)) >= abs(sum(ranks[seq_along(x)]) - mean(sums)) - 1e-9)
}
samples <- lapply(1:150, function(i) {
  m <- sample(1:(if (i %% 3 == 0) 8 else 30), 1)
  n <- sample(1:(if (i %% 3 == 0) 8 else 30), 1)
  if (i %% 25 == 0) { m <- 60; n <- 55 }
  values <- if (i %% 3 == 0 || i %% 50 == 0) sample(1:6, m + n, replace = TRUE) else round(rnorm(m + n), 6)
  list(x = values[1:m], y = values[m + 1:n])
})
write_frozen(do.call(rbind, lapply(samples, function(s) {
  ties <- anyDuplicated(c(s$x, s$y)) > 0
  large <- length(s$x) >= 50 || length(s$y) >= 50
  if (length(unique(c(s$x, s$y))) == 1) return(NULL)
  answer <- suppressWarnings(wilcox.test(s$x, s$y, conf.int = !ties && !large))
  p_value <- if (ties && !large) exact_with_ties(s$x, s$y) else answer$p.value
  interval <- !ties && !large
  data.frame(
    first = paste(s$x, collapse = " "), second = paste(s$y, collapse = " "), statistic = answer$statistic,
    p_value = p_value, estimate = if (interval) answer$estimate else NA,
    lcl = if (interval) answer$conf.int[1] else NA, ucl = if (interval) answer$conf.int[2] else NA
  )
})), "location")

binomial <- expand.grid(n = c(0, 1, 3, 8, 15), N = c(15, 20), benchmark = c(0.1, 0.3, 0.5, 0.9))
binomial$p_value <- mapply(function(n, N, p) binom.test(n, N, p)$p.value, binomial$n, binomial$N, binomial$benchmark)
write_frozen(binomial, "binomial")

# restricted mean up to 60 % of the follow-up and up to its end; benchmark S0(t) = 0.5 ^ (t / (last / 2))
extras <- function(p) {
  fit <- survfit(Surv(time, code > 0) ~ 1, p)
  last <- max(fit$time)
  if (last == 0) return(NULL)
  horizons <- c(0.6, 1) * last
  mean_of <- function(horizon) {
    if (horizon < min(fit$time)) return(c(NA, NA))
    summary(fit, rmean = horizon)$table[c("rmean", "se(rmean)")]
  }
  means <- sapply(horizons, mean_of)
  p$benchmark <- 0.5^(p$time / (last / 2))
  one <- survdiff(Surv(time, code > 0) ~ offset(benchmark), p)
  data.frame(
    time_horizon = horizons, rmean = means[1, ], se = means[2, ], expected = one$exp, statistic = one$chisq,
    p_value = pchisq(one$chisq, 1, lower.tail = FALSE)
  )
}
write_frozen(stack_cases(all_cases, extras), "extras")

# exact permutation log-rank by plain enumeration of every choice of a first group; observed - expected is the sum of
# the martingale residuals of the empty Cox model
permutation <- function(p) {
  residual <- residuals(coxph(Surv(time, code > 0) ~ 1, p, ties = "breslow"), type = "martingale")
  first <- which(p$group == min(p$group))
  all <- combn(nrow(p), length(first), function(chosen) sum(residual[chosen]))
  data.frame(difference = sum(residual[first]), p_value = mean(abs(all) >= abs(sum(residual[first])) - 1e-9))
}
small_enough <- Filter(function(p) nrow(p) <= 16 && length(unique(p$group)) == 2 && any(p$code > 0), small_cases)
write_frozen(stack_cases(small_enough, permutation), "permutation")
