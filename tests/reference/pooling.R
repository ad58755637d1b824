# Meta-analyses by metafor; tests/test_pooling.py reads the answers.
# Run in this folder: Rscript pooling.R   (stored values: R 4.2.2, metafor 3.8-1, lme4 1.1-31, numDeriv)
# Reads pooling_*.csv (loghr9, cart14: simulated; bcg: Colditz et al. 1994, table 1; hart1999: Hart et al. 1999, table 2).
# Writes pooling.csv: study set, measure, method, test, quantity, value.
library(metafor)
tight <- list(threshold = 1e-12, maxiter = 5000, tol = 1e-12)
answers <- NULL
keep <- function(set, measure, method, test, values) {
  values <- values[!vapply(values, is.null, TRUE)]
  answers <<- rbind(answers, data.frame(set, measure, method, test, quantity = names(values), value = unlist(values)))
}
fit <- function(set, measure, yi, vi, mods = NULL, what = "")
  for (method in c("EE", "DL", "PM", "REML")) for (test in c("z", "knha")) {
    f <- if (is.null(mods)) rma(yi, vi, method = method, test = test, control = tight) else
      rma(yi, vi, mods = mods, method = method, test = test, control = tight)
    common <- list(tau2 = f$tau2, i2 = f$I2, h2 = f$H2, q = f$QE, q_p_value = f$QEp)
    if (is.null(mods)) {
      p <- suppressWarnings(predict(f))
      keep(set, measure, method, test, c(common, list(estimate = f$beta[1], std_error = f$se, z = f$zval, p_value = f$pval,
        conf_low = f$ci.lb, conf_high = f$ci.ub, prediction_low = p$pi.lb, prediction_high = p$pi.ub)))
    } else for (j in seq_along(f$beta))
      keep(set, paste0(measure, "~", what, "[", j, "]"), method, test, c(common, list(q_model = f$QM, q_model_p_value = f$QMp,
        coef = f$beta[j], std_error = f$se[j], z = f$zval[j], p_value = f$pval[j], conf_low = f$ci.lb[j], conf_high = f$ci.ub[j])))
  }
tables <- function(set, measure, yi, vi, order) {
  f <- rma(yi, vi, control = tight); one <- leave1out(f); add <- cumul(f, order = order); moved <- influence(f)$inf
  for (i in seq_along(yi)) {
    keep(set, measure, paste0("leave_one_out[", i, "]"), "z", list(estimate = one$estimate[i], std_error = one$se[i], q = one$Q[i], tau2 = one$tau2[i], i2 = one$I2[i]))
    keep(set, measure, paste0("cumulative[", i, "]"), "z", list(estimate = add$estimate[i], std_error = add$se[i], q = add$Q[i], tau2 = add$tau2[i], i2 = add$I2[i]))
    keep(set, measure, paste0("influence[", i, "]"), "z", list(rstudent = moved$rstudent[i], dffits = moved$dffits[i], cook_distance = moved$cook.d[i],
      covariance_ratio = moved$cov.r[i], tau2_deleted = moved$tau2.del[i], q_deleted = moved$QE.del[i], hat = moved$hat[i], weight = moved$weight[i]))
  }
}
mixed <- function(set, measure, x, size) {
  a <- list(measure = measure, xi = x, nAGQ = 25); if (measure == "PLO") a$ni <- size else a$ti <- size
  f <- do.call(rma.glmm, a); p <- predict(f)
  keep(set, measure, "GLMM", "z", list(estimate = f$beta[1], std_error = f$se, tau2 = f$tau2, i2 = f$I2, q = f$QE.LRT, q_p_value = f$QEp.LRT,
    prediction_low = p$pi.lb, prediction_high = p$pi.ub))
  e <- exact(x, size, measure == "PLO")
  keep(set, measure, "exact", "z", list(estimate = e$beta, std_error = e$se, tau2 = e$tau2, log_likelihood = e$loglik))
}
# Marginal likelihood by integrate() on each study, independent of any quadrature rule of a mixed-model package.
exact <- function(x, size, binomial) {
  density <- function(e, i) if (binomial) dbinom(x[i], size[i], plogis(e), log = TRUE) else dpois(x[i], size[i] * exp(e), log = TRUE)
  minus <- function(theta) -sum(vapply(seq_along(x), function(i) {
    h <- function(z) density(theta[1] + theta[2] * z, i) + dnorm(z, log = TRUE)
    top <- optimize(h, c(-12, 12), maximum = TRUE, tol = 1e-10)
    top$objective + log(integrate(function(z) exp(h(z) - top$objective), -12, top$maximum, rel.tol = 1e-12, subdivisions = 1000)$value +
      integrate(function(z) exp(h(z) - top$objective), top$maximum, 12, rel.tol = 1e-12, subdivisions = 1000)$value)
  }, 0))
  best <- list(par = c(if (binomial) qlogis(sum(x) / sum(size)) else log(sum(x) / sum(size)), 0.5))
  for (i in 1:4) best <- optim(best$par, minus, method = "BFGS", control = list(reltol = 1e-16, maxit = 500))
  for (i in 1:3) best$par <- best$par - solve(numDeriv::hessian(minus, best$par), numDeriv::grad(minus, best$par))
  v <- solve(numDeriv::hessian(minus, best$par))
  list(beta = best$par[1], tau2 = best$par[2]^2, loglik = -minus(best$par), se = sqrt(v[1, 1]))
}
g <- read.csv("pooling_loghr9.csv"); c14 <- read.csv("pooling_cart14.csv"); b <- read.csv("pooling_bcg.csv"); h <- read.csv("pooling_hart1999.csv")
fit("loghr9", "GEN", g$yi, g$sei^2); fit("loghr9", "GEN", g$yi, g$sei^2, cbind(g$fu), "fu")
for (m in c("PLO", "IRLN")) {
  e <- if (m == "PLO") escalc(m, xi = events, ni = n, data = c14) else escalc(m, xi = events, ti = py, data = c14)
  fit("cart14", m, e$yi, e$vi); fit("cart14", m, e$yi, e$vi, cbind(c14$cd28, c14$mean_age), "cd28+mean_age")
  tables("cart14", m, e$yi, e$vi, c14$year); mixed("cart14", m, c14$events, if (m == "PLO") c14$n else c14$py)
}
e <- escalc("RR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = b); fit("bcg", "RR", e$yi, e$vi)
e <- escalc("IRR", x1i = x1i, x2i = x2i, t1i = t1i, t2i = t2i, data = h); fit("hart1999", "IRR", e$yi, e$vi)
mixed("hart1999", "IRLN", h$x1i, h$t1i)
answers$value <- format(answers$value, digits = 15, trim = TRUE, scientific = TRUE)
answers <- answers[answers$value != "NA", ]
write.csv(answers, "pooling.csv", row.names = FALSE, quote = FALSE)
