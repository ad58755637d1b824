# Curves and tests of R's cmprsk and survival; tests/test_incidence.py and tests/test_survival.py read the answers.
# Run in this folder: Rscript curves.R   (stored values: R 4.2.2, cmprsk 2.2-11, survival 3.5-3)
# curves_data.csv holds simulated patients: cart539 a cohort with times rounded to 0.1 month, ties_int whole numbers,
# heavycens 85% censored, leftskew without ties, tiny12 twelve rows, zerogroup a group without events of the cause.
suppressMessages({library(cmprsk); library(survival)})
data <- read.csv("curves_data.csv", colClasses = c(group = "character", group2 = "character", stratum = "character"))
causes <- c("cause", "competing"); z <- qnorm(0.975); curves <- tests <- NULL
curve <- function(...) curves <<- rbind(curves, data.frame(...))
test <- function(...) tests <<- rbind(tests, data.frame(...))

incidence <- function(d, set, by, group) {
  fit <- cuminc(d$time, d$event, cencode = "censored")
  at <- c(quantile(d$time, c(0, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 1), type = 1), max(d$time) + 1)
  at <- sort(unique(at))
  for (cause in causes) if (any(d$event == cause)) {
    p <- timepoints(fit[paste(1, cause)], at); f <- p$est[1, ]; se <- sqrt(p$var[1, ])
    h <- z * se / (f * log(f)); h[which(f == 0 | f > 1 - 1e-12)] <- NA # 0 and 1, up to rounding, have no interval
    curve(what = "cuminc", set, by, group, cause, time = at, estimate = f, error = se, low = f^exp(-h), high = f^exp(h))
  }
}
survival_of <- function(d, happened, set, by, group, cause) {
  d$happened <- happened
  for (type in c("log", "log-log")) {
    fit <- survfit(Surv(time, happened) ~ 1, data = d, conf.type = type)
    s <- summary(fit, times = sort(unique(quantile(d$time, c(0, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 1), type = 1))))
    curve(what = paste("survfit", type), set, by, group, cause, time = s$time, estimate = s$surv, error = s$std.err, low = s$lower, high = s$upper)
    m <- summary(fit)$table
    curve(what = paste("median", type), set, by, group, cause, time = NA, estimate = m["median"], error = NA, low = m["0.95LCL"], high = m["0.95UCL"])
  }
  for (tau in c(median(d$time), max(d$time), 1.5 * max(d$time))) {
    m <- summary(fit, rmean = tau)$table
    curve(what = "rmean", set, by, group, cause, time = tau, estimate = m["rmean"], error = m["se(rmean)"], low = NA, high = NA)
  }
}
compare <- function(d, set, by, strata) {
  d$group <- d[[by]]; s <- if (strata) d$stratum else rep(1, nrow(d))
  g <- cuminc(d$time, d$event, d$group, s, cencode = "censored")$Tests
  test(what = "gray", set, by, strata, cause = rownames(g), statistic = g[, "stat"], df = g[, "df"], p = g[, "pv"])
  for (cause in c(causes, "any")) {
    d$happened <- if (cause == "any") d$event != "censored" else d$event == cause
    f <- if (strata) survdiff(Surv(time, happened) ~ group + strata(stratum), data = d) else survdiff(Surv(time, happened) ~ group, data = d)
    expected <- if (is.matrix(f$exp)) rowSums(f$exp) else f$exp
    df <- sum(expected > 0) - 1
    test(what = "log-rank", set, by, strata, cause, statistic = f$chisq, df, p = pchisq(f$chisq, df, lower.tail = FALSE))
  }
}

for (set in unique(data$set)) {
  whole <- data[data$set == set, ]
  for (by in c("all", "group", "group2")) {
    if (by != "all" && whole[[by]][1] == "") next
    labels <- if (by == "all") rep("all", nrow(whole)) else whole[[by]]
    for (group in sort(unique(labels))) {
      d <- whole[labels == group, ]
      incidence(d, set, by, group)
      survival_of(d, d$event != "censored", set, by, group, "any")
      survival_of(d, d$event == "censored", set, by, group, "censored")
    }
    if (by != "all") for (strata in unique(c(FALSE, whole$stratum[1] != ""))) compare(whole, set, by, strata)
  }
}
write.csv(format(curves, digits = 15, trim = TRUE, drop0trailing = TRUE), "curves.csv", row.names = FALSE, quote = FALSE)
write.csv(format(tests, digits = 15, trim = TRUE, drop0trailing = TRUE), "curves_tests.csv", row.names = FALSE, quote = FALSE)
