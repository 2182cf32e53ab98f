# Proportions: binom.test (Clopper-Pearson), prop.test without continuity correction (Wilson), beta quantiles (Jeffreys).

proportion_limits <- function(n, N, alpha) {
  level <- 1 - alpha
  exact <- binom.test(n, N, conf.level = level)$conf.int
  wilson <- suppressWarnings(prop.test(n, N, conf.level = level, correct = FALSE))$conf.int
  jeffreys <- qbeta(c(alpha / 2, 1 - alpha / 2), n + 0.5, N - n + 0.5)
  if (n == 0) jeffreys[1] <- 0
  if (n == N) jeffreys[2] <- 1
  data.frame(
    n = n, N = N, alpha = alpha, method = c("clopper-pearson", "wilson", "jeffreys"), estimate = n / N,
    lcl = c(exact[1], wilson[1], jeffreys[1]), ucl = c(exact[2], wilson[2], jeffreys[2])
  )
}

pairs <- rbind(
  do.call(rbind, lapply(c(1:20, 44, 100), function(N) data.frame(n = 0:N, N = N))),
  data.frame(n = c(0, 1, 999, 1000, 123456, 1000000), N = c(1000, 1000, 1000, 1000, 1000000, 1000000))
)
write_frozen(do.call(rbind, c(
  Map(proportion_limits, pairs$n, pairs$N, 0.05),
  Map(proportion_limits, c(0, 3, 9, 15), 15, 0.1), Map(proportion_limits, c(0, 3, 9, 15), 15, 0.01)
)), "proportions")
