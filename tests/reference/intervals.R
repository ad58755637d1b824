# Intervals of one arm and of two; tests/test_intervals.py reads the answers.
# Run in this folder: Rscript intervals.R   (stored values: R 4.2.2, package stats only)
# prop.test and poisson.test where R has the interval; else the definition of the paper, solved by uniroot.
tight <- function(f, ends) uniroot(f, ends, tol = 1e-15, maxiter = 10000)$root
answers <- NULL
keep <- function(method, x1, n1, x2, n2, level, limits)
  answers <<- rbind(answers, data.frame(method, events = x1, total = n1, events_reference = x2, total_reference = n2, level, low = limits[1], high = limits[2]))
mid_p <- function(k, n, level) {
  a <- (1 - level) / 2
  c(if (k == 0) 0 else tight(function(p) pbinom(k, n, p, lower.tail = FALSE) + dbinom(k, n, p) / 2 - a, c(0, k / n)),
    if (k == n) 1 else tight(function(p) pbinom(k - 1, n, p) + dbinom(k, n, p) / 2 - a, c(k / n, 1)))
}
# Likelihood under a restriction: the derivative has one root between the ends, or the maximum lies at an end.
restricted <- function(slope, ends) {
  gap <- 1e-13 * diff(ends)
  if (slope(ends[1] + gap) <= 0) return(ends[1]); if (slope(ends[2] - gap) >= 0) return(ends[2])
  tight(slope, ends + c(gap, -gap))
}
term <- function(x, n, p) (if (x > 0) x / p else 0) - (if (x < n) (n - x) / (1 - p) else 0)
miettinen_nurminen <- function(x1, n1, x2, n2, level) {
  z <- qnorm((1 + level) / 2); d <- x1 / n1 - x2 / n2
  excess <- function(delta, sign) {
    p2 <- restricted(function(p) term(x1, n1, p + delta) + term(x2, n2, p), c(max(0, -delta), min(1, 1 - delta))); p1 <- p2 + delta
    sign * (d - delta) - z * sqrt(max(0, p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1))
  }
  e <- 1e-9
  c(if (d == -1) -1 else tight(function(q) excess(q, 1), c(-1 + e, d - e)), if (d == 1) 1 else tight(function(q) excess(q, -1), c(d + e, 1 - e)))
}
newcombe <- function(x1, n1, x2, n2, level) {
  w <- function(x, n) prop.test(x, n, conf.level = level, correct = FALSE)$conf.int; a <- w(x1, n1); b <- w(x2, n2); p1 <- x1 / n1; p2 <- x2 / n2
  p1 - p2 + c(-sqrt((p1 - a[1])^2 + (b[2] - p2)^2), sqrt((a[2] - p1)^2 + (p2 - b[1])^2))
}
pearson <- function(x, n, p) if (x == 0 && p < 1) n * p / (1 - p) else if (x == n) n * (1 - p) / p else (x - n * p)^2 / (n * p * (1 - p))
koopman <- function(x1, n1, x2, n2, level) {
  cut <- qchisq(level, 1)
  excess <- function(log_ratio) { # Pearson's chi-squared of both arms at the restricted risks
    r <- exp(log_ratio)
    p2 <- restricted(function(p) r * term(x1, n1, r * p) + term(x2, n2, p), c(0, min(1, 1 / r))); p1 <- r * p2
    pearson(x1, n1, p1) + pearson(x2, n2, p2) - cut
  }
  centre <- if (x1 > 0 && x2 > 0) log(x1 * n2 / (x2 * n1)) else if (x1 > 0) 12 else -12
  out <- function(direction) { step <- 1e-6; while (excess(centre + direction * step) < 0) step <- 2 * step; exp(tight(excess, sort(centre + direction * c(1e-6, step)))) }
  c(if (x1 == 0) 0 else out(-1), if (x2 == 0) Inf else out(1))
}
one <- rbind(c(0, 1), c(0, 20), c(1, 20), c(3, 3), c(29, 539), c(12, 14), c(10, 10), c(57, 539), c(100, 200), c(1, 20000))
two <- rbind(c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(10, 10, 0, 20), c(36, 40, 16, 80), c(29, 539, 6, 374), c(1, 26, 0, 31), c(3, 3, 4, 5), c(0, 60, 6, 127), c(2, 20000, 9, 15000))
times <- rbind(c(0, 132.4), c(1, 59.8), c(6, 130.2), c(29, 1281.6), c(467, 9000.5))
for (level in c(0.9, 0.95, 0.99)) {
  for (i in seq_len(nrow(one))) {
    keep("mid-p", one[i, 1], one[i, 2], 0, 0, level, mid_p(one[i, 1], one[i, 2], level))
    keep("wilson", one[i, 1], one[i, 2], 0, 0, level, suppressWarnings(prop.test(one[i, 1], one[i, 2], conf.level = level, correct = FALSE))$conf.int)
  }
  for (i in seq_len(nrow(times))) keep("rate", times[i, 1], times[i, 2], 0, 0, level, poisson.test(times[i, 1], times[i, 2], conf.level = level)$conf.int)
  for (i in seq_len(nrow(two))) {
    a <- as.list(c(two[i, ], level))
    keep("miettinen-nurminen", two[i, 1], two[i, 2], two[i, 3], two[i, 4], level, do.call(miettinen_nurminen, a))
    keep("newcombe", two[i, 1], two[i, 2], two[i, 3], two[i, 4], level, suppressWarnings(do.call(newcombe, a)))
    if (two[i, 1] + two[i, 3] > 0) keep("koopman", two[i, 1], two[i, 2], two[i, 3], two[i, 4], level, do.call(koopman, a))
  }
}
for (column in c("low", "high")) answers[[column]] <- format(answers[[column]], digits = 15, trim = TRUE)
write.csv(answers, "intervals.csv", row.names = FALSE, quote = FALSE)
