# Models for hazards by R's cmprsk::crr (Fine and Gray) and survival::coxph (cause-specific); tests/test_hazards_r.py
# reads the answers. Run in this folder: Rscript hazards.R   (stored values: R 4.2.2, cmprsk 2.2-11, survival 3.5-3)
suppressMessages({library(cmprsk); library(survival)})
TIGHT <- 1e-15   # crr's default 1e-6 leaves errors up to 3e-4 of a coefficient
models <- list(cart539 = list("age", "mcv", "product", c("age", "mcv", "icans", "lines", "ldh", "alc", "cd28")),
               ties_int = list("x2", c("x1", "x2", "x3")), heavycens = list(c("x1", "x2", "x3")), tiny12 = list("x1"),
               leftskew = list(c("x1", "x2", "x3")), zerogroup = list(c("x1", "x2", "x3")), timezero = list(c("x1", "x2")))
at <- c(1, 6, 18, 60)
coefficients <- covariances <- incidences <- NULL
for (set in names(models)) for (covariates in models[[set]]) for (cause in c("tmn", "other")) {
  d <- read.csv(paste0(set, ".csv"), stringsAsFactors = TRUE)
  X <- model.matrix(~ ., d[covariates])[, -1, drop = FALSE]
  what <- data.frame(set, cause, covariates = paste(covariates, collapse = "+"))
  keep <- function(model, coef, var, loglik) {
    coefficients <<- rbind(coefficients, data.frame(what, model, term = seq_along(coef), coef, std_error = sqrt(diag(var)), log_likelihood = loglik))
    pairs <- which(upper.tri(var), arr.ind = TRUE)
    if (nrow(pairs)) covariances <<- rbind(covariances, data.frame(what, model, term = pairs[, 1], other = pairs[, 2], covariance = var[pairs]))
  }
  f <- crr(d$time, d$event, X, failcode = cause, cencode = "censored", gtol = TIGHT, maxiter = 60)
  keep("fine_gray", unname(f$coef), f$var, f$loglik)
  for (ties in c("efron", "breslow")) {
    g <- coxph(Surv(time, event == cause) ~ X, d, ties = ties, control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60, timefix = FALSE))
    keep(ties, unname(coef(g)), g$var, g$loglik[2])
  }
  rows <- c(1, nrow(d))                       # predicted for the first and the last patient
  p <- predict(f, X[rows, , drop = FALSE])
  for (i in 1:2) incidences <- rbind(incidences, data.frame(what, row = rows[i] - 1, time = at, estimate = c(0, p[, i + 1])[findInterval(at, p[, 1]) + 1]))
}
for (answer in c("coefficients", "covariances", "incidences")) {
  table <- get(answer)
  number <- vapply(table, is.double, TRUE)
  table[number] <- lapply(table[number], formatC, digits = 15, width = 1, format = "g")
  write.csv(table, paste0("r_", answer, ".csv"), row.names = FALSE, quote = FALSE)
}
