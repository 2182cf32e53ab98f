# Cox models (coxph, Efron), proportional hazards (cox.zph), Fine-Gray (crr), Firth's penalty by direct maximisation.

cox_rows <- function(fit, model) {
  test <- tryCatch(cox.zph(fit, global = TRUE)$table, error = function(e) NULL)
  limits <- confint(fit)
  coefficients <- summary(fit)$coefficients
  row_of <- function(name) {                                # a model with one covariate has no row GLOBAL
    if (is.null(test)) c(NA, NA) else test[if (name %in% rownames(test)) name else 1, c("chisq", "p")]
  }
  rows <- do.call(rbind, lapply(rownames(coefficients), function(name) {
    zph <- row_of(name)
    data.frame(
      model = model, term = name, coefficient = coefficients[name, "coef"], std_err = coefficients[name, "se(coef)"],
      lcl = exp(limits[name, 1]), ucl = exp(limits[name, 2]), p_value = coefficients[name, "Pr(>|z|)"],
      zph = zph[1], zph_p = zph[2]
    )
  }))
  zph <- row_of("GLOBAL")
  rbind(rows, data.frame(
    model = model, term = "GLOBAL", coefficient = NA, std_err = NA, lcl = NA, ucl = NA, p_value = NA,
    zph = zph[1], zph_p = zph[2]
  ))
}

control <- coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 100)
cox_models <- function(p) {
  if (any(p$x != 0)) {
    plain <- coxph(Surv(time, code > 0) ~ x + z, p, control = control)
    stratified <- coxph(Surv(time, code > 0) ~ x + z + strata(stratum), p, control = control)
  } else {
    plain <- coxph(Surv(time, code > 0) ~ z, p, control = control)
    stratified <- coxph(Surv(time, code > 0) ~ z + strata(stratum), p, control = control)
  }
  rbind(cox_rows(plain, "plain"), cox_rows(stratified, "stratified"))
}
with_z <- Filter(function(p) length(unique(p$z)) == 2, real_cases)
# small random cases with at least 8 events in both groups of z, where R converges without a warning
enough <- Filter(function(p) min(tapply(p$code > 0, factor(p$z, 0:1), sum, default = 0)) >= 8, random_cases)
quiet <- function(p) tryCatch(cox_models(p), warning = function(w) NULL)
write_frozen(stack_cases(c(with_z, enough), quiet), "cox")

# counting process: Stanford heart transplants, the standard example of a time-dependent covariate
heart_rows <- data.frame(
  start = as.double(heart$start), stop = as.double(heart$stop), event = as.integer(heart$event),
  age = heart$age, surgery = as.integer(heart$surgery), transplant = as.integer(heart$transplant) - 1L
)
write_frozen(heart_rows, "patients_heart")
fit <- coxph(Surv(start, stop, event) ~ age + surgery + transplant, heart_rows, control = control)
write_frozen(cox_rows(fit, "heart"), "cox_heart")

# Fine-Gray
fine_gray <- function(p) {
  x <- if (any(p$x != 0)) cbind(x = p$x, z = p$z) else cbind(z = p$z)
  # + 1: only the order of the times matters, and crr takes a censoring on day 0 for one before day 0
  time <- aeqSurv(Surv(p$time, p$code > 0))[, 1] + 1
  fit <- tryCatch(crr(time, p$code, x, gtol = 1e-10, maxiter = 100), warning = function(w) NULL, error = function(e) NULL)
  if (is.null(fit) || !fit$converged) return(NULL)
  coefficient <- fit$coef + drop(fit$invinf %*% fit$score)   # crr stops short of 1e-9; one more of its Newton steps
  error <- sqrt(diag(fit$var))
  data.frame(
    term = colnames(x), coefficient = coefficient, std_err = error, p_value = 2 * pnorm(-abs(coefficient / error))
  )
}
competing <- Filter(function(p) {
  any(p$code == 2) && length(unique(p$z)) == 2 && min(tapply(p$code == 1, factor(p$z, 0:1), sum, default = 0)) >= 5
}, c(real_cases, random_cases))
write_frozen(stack_cases(competing, fine_gray), "fine_gray")

# Firth: the penalised likelihood from coxph's log likelihood and information at fixed coefficients, maximised by optimize;
# profile limits by uniroot. One covariate, also where one of its groups has no event.
firth <- function(p) {
  penalised <- function(b) {
    fit <- suppressWarnings(coxph(Surv(time, code > 0) ~ z, p, init = b, control = coxph.control(iter.max = 0)))
    fit$loglik[1] - 0.5 * log(fit$var[1, 1])
  }
  best <- optimize(penalised, c(-12, 12), maximum = TRUE, tol = 1e-10)
  drop <- function(b) 2 * (best$objective - penalised(b)) - qchisq(0.95, 1)
  data.frame(
    coefficient = best$maximum, lcl = exp(uniroot(drop, c(-30, best$maximum), tol = 1e-10)$root),
    ucl = exp(uniroot(drop, c(best$maximum, 30), tol = 1e-10)$root),
    p_value = pchisq(2 * (best$objective - penalised(0)), 1, lower.tail = FALSE)
  )
}
few <- Filter(function(p) {
  events <- tapply(p$code > 0, factor(p$z, 0:1), sum, default = 0)
  length(unique(p$z)) == 2 && sum(events) >= 5 && min(events) <= 3 &&
    nrow(p) >= 12
}, random_cases)
write_frozen(stack_cases(few, function(p) tryCatch(firth(p), error = function(e) NULL)), "firth")
