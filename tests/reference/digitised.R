# Simulated patients, their Kaplan-Meier curve read off at a grid, and the numbers at risk; tests/test_digitised.py reads them.
# Run in this folder: Rscript digitised.R   (stored values: R 4.2.2, survival 3.5-3)
# Writes digitised_<set>.csv (kind: patient, point or risk; time; value) and digitised.csv (median and restricted mean by survfit).
library(survival)
summaries <- NULL
write_set <- function(name, patients, risk_at, step, digits, noise, seed) {
  f <- survfit(Surv(time, event) ~ 1, data = patients); at_risk <- sapply(risk_at, function(t) sum(patients$time >= t))
  risk_at <- risk_at[at_risk > 0]; at_risk <- at_risk[at_risk > 0]
  grid <- seq(0, max(patients$time), by = step); curve <- summary(f, times = grid, extend = TRUE)$surv
  if (noise > 0) { set.seed(seed); curve <- curve + c(0, rnorm(length(curve) - 1, 0, noise)) }
  curve <- round(pmin(1, pmax(0, curve)), digits); curve[1] <- 1; curve <- cummin(curve)
  rows <- rbind(data.frame(kind = "patient", time = patients$time, value = patients$event), data.frame(kind = "point", time = grid, value = curve),
    data.frame(kind = "risk", time = risk_at, value = at_risk))
  write.csv(rows, paste0("digitised_", name, ".csv"), row.names = FALSE, quote = FALSE)
  q <- quantile(f, 0.5); m <- survival:::survmean(f, rmean = max(risk_at))$matrix
  summaries <<- rbind(summaries, data.frame(set = name, n = nrow(patients), events = sum(patients$event), median = q$quantile, restricted_mean = m[["rmean"]], tau = max(risk_at)))
}
set.seed(21); n <- 220; t <- rweibull(n, 1.1, 22); cc <- runif(n, 6, 48); d <- data.frame(time = round(pmin(t, cc), 2), event = as.integer(t <= cc))
write_set("fine", d, seq(0, 42, 6), 0.25, 3, 0, 1)
write_set("noisy", d, seq(0, 42, 6), 0.5, 2, 0.004, 2)
set.seed(22); n <- 29; t <- rexp(n, log(2) / 4.5); cc <- runif(n, 3, 40); d <- data.frame(time = round(pmin(t, cc), 1), event = as.integer(t <= cc))
write_set("small29", d, seq(0, 24, 6), 0.1, 3, 0, 3)
write.csv(format(summaries, digits = 15, trim = TRUE), "digitised.csv", row.names = FALSE, quote = FALSE)
