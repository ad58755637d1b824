# The pools of the synthesis by metafor; analysis/validation/synthesis.py reads the answers.
# Run in this folder: Rscript synthesis.R   (stored values: R 4.2.2, metafor 3.8-1, lme4 1.1-31, numDeriv)
# Reads synthesis_rows.csv (rows of the review on 2026-11-21) and synthesis_times.csv (made-up incidences with intervals).
# Writes synthesis.csv: set, method, quantity, value. Percent, or events per 1,000 person-years.
suppressMessages(library(metafor))
tight <- list(threshold = 1e-12, maxiter = 5000, tol = 1e-12)
answers <- NULL
keep <- function(set, method, values) answers <<- rbind(answers, data.frame(set, method, quantity = names(values), value = unlist(values)))
both <- function(set, method, f, p, spread, times) keep(set, method, c(
  list(estimate = times * p$pred, low = times * p$ci.lb, high = times * p$ci.ub, prediction_low = times * p$pi.lb, prediction_high = times * p$pi.ub,
       tau2 = f$tau2, i2 = f$I2), spread))
profiled <- function(f) { r <- confint(f, control = list(tol = 1e-13, tau2.max = 1000))$random; list(i2_low = r["I^2(%)", "ci.lb"], i2_high = r["I^2(%)", "ci.ub"]) }
shares <- function(set, d) {
  e <- escalc("PLO", xi = events, ni = total, data = d)
  for (m in c("REML", "DL")) {
    f <- rma(yi, vi, data = e, method = m, control = tight)
    both(set, tolower(m), f, predict(f, transf = transf.ilogit), profiled(f), 100)
  }
  f <- rma(yi, vi, data = e, method = "REML", test = "knha", control = tight)
  both(set, "reml-kh", f, predict(f, transf = transf.ilogit), profiled(f), 100)
  e <- escalc("PFT", xi = events, ni = total, data = d)
  f <- rma(yi, vi, data = e, method = "REML", control = tight)
  both(set, "ft", f, predict(f, transf = transf.ipft.hm, targ = list(ni = d$total)), profiled(f), 100)
  mixed(set, "PLO", d$events, d$total, 100, e = escalc("PLO", xi = events, ni = total, data = d))
}
mixed <- function(set, measure, x, size, times, e) {
  a <- list(measure = measure, xi = x, nAGQ = 25); if (measure == "PLO") a$ni <- size else a$ti <- size
  f <- do.call(rma.glmm, a); back <- if (measure == "PLO") transf.ilogit else exp
  both(set, "glmm-lme4", f, predict(f, transf = back), list(), times)
  binomial <- measure == "PLO"
  g <- exact(x, size, binomial); k <- length(x); w <- 1 / e$vi
  typical <- (k - 1) / (sum(w) - sum(w^2) / sum(w))
  z <- qnorm(.975); s <- sqrt(g$se^2 + g$tau2)
  keep(set, "glmm", list(estimate = times * back(g$beta), low = times * back(g$beta - z * g$se), high = times * back(g$beta + z * g$se),
    prediction_low = times * back(g$beta - z * s), prediction_high = times * back(g$beta + z * s), tau2 = g$tau2,
    i2 = 100 * g$tau2 / (g$tau2 + typical), i2_low = 100 * g$low / (g$low + typical), i2_high = 100 * g$high / (g$high + typical)))
}
# Marginal likelihood by integrate() on each study, and the profile of tau, independent of any quadrature rule.
exact <- function(x, size, binomial) {
  density <- function(e, i) if (binomial) dbinom(x[i], size[i], plogis(e), log = TRUE) else dpois(x[i], size[i] * exp(e), log = TRUE)
  minus <- function(theta) -sum(vapply(seq_along(x), function(i) {
    h <- function(z) density(theta[1] + theta[2] * z, i) + dnorm(z, log = TRUE)
    top <- optimize(h, c(-12, 12), maximum = TRUE, tol = 1e-10)
    top$objective + log(integrate(function(z) exp(h(z) - top$objective), -12, top$maximum, rel.tol = 1e-12, subdivisions = 1000)$value +
      integrate(function(z) exp(h(z) - top$objective), top$maximum, 12, rel.tol = 1e-12, subdivisions = 1000)$value)
  }, 0))
  crude <- if (binomial) qlogis(sum(x) / sum(size)) else log(sum(x) / sum(size))
  best <- list(par = c(crude, 0.5), value = Inf)
  for (i in 1:4) best <- optim(best$par, minus, method = "BFGS", control = list(reltol = 1e-16, maxit = 500))
  zero <- optimize(function(b) minus(c(b, 0)), crude + c(-2, 2), tol = 1e-10)
  at0 <- zero$objective <= best$value + 1e-9
  if (at0) { best$par <- c(zero$minimum, 0); best$value <- zero$objective
    se <- sqrt(1 / numDeriv::hessian(function(b) minus(c(b, 0)), zero$minimum)[1, 1])
  } else {
    for (i in 1:3) best$par <- best$par - solve(numDeriv::hessian(minus, best$par), numDeriv::grad(minus, best$par))
    best$value <- minus(best$par); se <- sqrt(solve(numDeriv::hessian(minus, best$par))[1, 1])
  }
  profile <- function(tau) optimize(function(b) minus(c(b, tau)), best$par[1] + c(-2, 2), tol = 1e-10)$objective - best$value - qchisq(.95, 1) / 2
  tau <- abs(best$par[2]); high <- tau + 0.5; while (profile(high) < 0) high <- 2 * high
  low <- if (tau > 0 && profile(0) > 0) uniroot(profile, c(0, tau), tol = 1e-10)$root else 0
  list(beta = best$par[1], tau2 = tau^2, se = se, low = low^2, high = uniroot(profile, c(tau, high), tol = 1e-10)$root^2)
}
d <- read.csv("synthesis_rows.csv")
for (set in unique(d$set)) {
  here <- d[d$set == set, ]
  if (set == "tmn-rate") mixed(set, "IRLN", here$events, here$person_years, 1000, escalc("IRLN", xi = events, ti = person_years, data = here)) else shares(set, here)
}
# leave one out, one at a time, influence: the main pool on the scale of log-odds
m <- d[d$set == "tmn", ]; e <- escalc("PLO", xi = events, ni = total, data = m); f <- rma(yi, vi, data = e, control = tight)
keep("tmn", "cook", setNames(as.list(influence(f)$inf$cook.d), m$arm))
one <- leave1out(f, transf = transf.ilogit); keep("tmn", "without", setNames(as.list(100 * one$estimate), m$arm))
t <- read.csv("synthesis_times.csv"); ll <- function(p) log(-log(1 - p / 100))
f <- rma(ll(t$value), sei = (ll(t$high) - ll(t$low)) / (2 * qnorm(.975)), control = tight)
both("times", "reml", f, predict(f, transf = function(y) 1 - exp(-exp(y))), profiled(f), 100)
# Chan and Zhang 1999 by brute force: the restricted estimate by optimize(), the nuisance on a grid of 4001 and optimize()
rest <- function(x1, n1, x2, n2, d) {
  lo <- max(0, -d); hi <- min(1, 1 - d)
  ll <- function(p) dbinom(x1, n1, min(max(p + d, 0), 1), log = TRUE) + dbinom(x2, n2, p, log = TRUE)
  three <- c(lo, hi, optimize(ll, c(lo, hi), maximum = TRUE, tol = 1e-13)$maximum); three[which.max(vapply(three, ll, 0))]
}
score <- function(x1, n1, x2, n2, d) {
  p <- rest(x1, n1, x2, n2, d); a <- min(max(p + d, 0), 1); v <- (a * (1 - a) / n1 + p * (1 - p) / n2) * (n1 + n2) / (n1 + n2 - 1)
  g <- x1 / n1 - x2 / n2 - d; if (v < 1e-12) (if (abs(g) < 1e-9) 0 else sign(g) * Inf) else g / sqrt(v)
}
p_value <- function(x1, n1, x2, n2, d) {
  s <- outer(0:n1, 0:n2, Vectorize(function(i, j) score(i, n1, j, n2, d))); extreme <- s >= s[x1 + 1, x2 + 1] - 1e-5
  chance <- function(p) sum(outer(dbinom(0:n1, n1, min(max(p + d, 0), 1)), dbinom(0:n2, n2, p))[extreme])
  grid <- seq(max(0, -d), min(1, 1 - d), length = 4001); y <- vapply(grid, chance, 0); i <- which.max(y)
  max(y, optimize(chance, grid[c(max(i - 1, 1), min(i + 1, 4001))], maximum = TRUE, tol = 1e-12)$objective)
}
lowest <- function(x1, n1, x2, n2) { lo <- -1; hi <- x1 / n1 - x2 / n2
  for (i in 1:22) { mid <- (lo + hi) / 2; if (p_value(x1, n1, x2, n2, mid) <= .025) lo <- mid else hi <- mid }; (lo + hi) / 2 }
for (r in list(c(2, 10, 0, 9), c(7, 15, 3, 12), c(0, 12, 0, 10), c(5, 30, 1, 25)))
  keep(paste(r, collapse = " "), "chan-zhang", list(low = lowest(r[1], r[2], r[3], r[4]), high = -lowest(r[3], r[4], r[1], r[2])))
answers$value <- sprintf("%.15g", answers$value)
write.csv(answers, "synthesis.csv", row.names = FALSE, quote = FALSE)
