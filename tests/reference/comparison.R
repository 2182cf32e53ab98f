# Log-rank and Peto-Peto (survdiff, rho 0 and 1), stratified; Gray's test (cuminc). NA where R gives no test.

rank_test <- function(p, rho, stratified) {
  formula <- if (stratified) Surv(time, code > 0) ~ group + strata(stratum) else Surv(time, code > 0) ~ group
  answer <- tryCatch(suppressWarnings(survdiff(formula, p, rho = rho)), error = function(e) NULL)  # warns of 0 df
  if (is.null(answer)) return(c(NA, NA, NA))
  expected <- if (is.matrix(answer$exp)) rowSums(answer$exp) else answer$exp
  df <- sum(expected > 0) - 1
  if (df < 1) return(c(NA, NA, NA))
  c(answer$chisq, df, pchisq(answer$chisq, df, lower.tail = FALSE))
}

gray <- function(p, cause) {
  if (length(unique(p$group)) < 2 || !any(p$code == cause)) return(c(NA, NA, NA))
  time <- aeqSurv(Surv(p$time, p$code > 0))[, 1]          # cuminc itself does not join times that differ by rounding
  answer <- cuminc(time, p$code, p$group)$Tests[as.character(cause), ]
  if (answer[["stat"]] == -1) return(c(NA, NA, NA))           # cmprsk's sign of a singular variance
  c(answer[["stat"]], answer[["df"]], pchisq(answer[["stat"]], answer[["df"]], lower.tail = FALSE))
}

tests_of <- function(p) {
  rows <- list(
    "log-rank" = rank_test(p, 0, FALSE), "peto-peto" = rank_test(p, 1, FALSE),
    "stratified log-rank" = rank_test(p, 0, TRUE), "stratified peto-peto" = rank_test(p, 1, TRUE),
    "gray 1" = gray(p, 1), "gray 2" = gray(p, 2)
  )
  values <- do.call(rbind, rows)
  data.frame(test = names(rows), statistic = values[, 1], df = as.integer(values[, 2]), p_value = values[, 3])
}

write_frozen(stack_cases(all_cases, tests_of), "tests")
