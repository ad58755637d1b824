# Case weights in Fine and Gray's model by R's survival and cmprsk; tests/test_hazard_weights.py reads the answers.
# Run in this folder: Rscript weights.R   (stored values: R 4.2.2, cmprsk 2.2-11, survival 3.5-3)
# Weights by row number, 0 to 2.5: made up, so that a slip shows; rows of weight 0 are left out.
# A weight stands for patients: fitted are the rows written out as often as four times their weight. finegray's own
# argument `weights` is not used, as it leaves the curve of censoring unweighted. finegray lets those who fail leave
# before those censored at the same time are counted; here censored times are first moved by 1/1024, so that no tie is
# left and finegray and crr agree, which is checked. `robust` is coxph's, clustered by patient; it takes the curve of
# censoring as known (no psi term). `jackknife` does not: each patient's weight is raised and lowered by 1/256 of
# itself, and everything, the curve of censoring too, fitted again.
suppressMessages({library(cmprsk); library(survival)})
models <- list(cart539 = list("age", c("age", "mcv", "icans", "lines", "ldh", "alc", "cd28")), ties_int = list(c("x1", "x2", "x3")),
               heavycens = list(c("x1", "x2", "x3")), leftskew = list(c("x1", "x2", "x3")))
control <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 60, timefix = FALSE)
answers <- NULL
same <- function(a, b, by) stopifnot(all(abs(a - b) < by))
cox <- function(long, covariates) coxph(reformulate(covariates, "Surv(fgstart, fgstop, fgstatus)"), long, weights = fgwt, cluster = id, ties = "breslow", control = control)
written_out <- function(d) d[rep(seq_len(nrow(d)), 4 * d$weight), ]
carried <- function(d, cause) {   # as finegray, with any weights: a row for each event time that a competing event has outlived
  g <- survfit(Surv(time, event == "censored") ~ 1, d, weights = weight, timefix = FALSE)
  left <- function(t) c(1, g$surv)[findInterval(t, g$time, left.open = TRUE) + 1]
  at <- sort(unique(d$time[d$event == cause]))
  first <- transform(d, fgstart = 0, fgstop = time, fgstatus = as.integer(event == cause), fgwt = weight)
  rest <- lapply(which(!d$event %in% c("censored", cause)), function(i) {
    s <- at[at > d$time[i]]
    if (length(s)) transform(d[rep(i, length(s)), ], fgstart = c(time[1], s[-length(s)]), fgstop = s, fgstatus = 0L, fgwt = weight * left(s) / left(time[1]))
  })
  rbind(first, do.call(rbind, rest))
}
for (set in names(models)) for (covariates in models[[set]]) for (cause in c("tmn", "other")) {
  d <- read.csv(paste0(set, ".csv")); d$id <- seq_len(nrow(d)); d$weight <- (7 * d$id) %% 11 / 4
  d$time <- d$time + (d$event == "censored") / 1024
  d$event <- factor(d$event, c("censored", setdiff(unique(d$event), "censored")))
  d <- d[d$weight > 0, ]; r <- written_out(d)
  g <- cox(finegray(Surv(time, event) ~ ., r, etype = cause, timefix = FALSE), covariates)
  f <- crr(r$time, r$event, as.matrix(r[covariates]), failcode = cause, cencode = "censored", gtol = 1e-15, maxiter = 60)
  same(coef(g), f$coef, 1e-7)
  answers <- rbind(answers, data.frame(set, cause, covariates = paste(covariates, collapse = "+"), term = seq_along(coef(g)),
    coef = unname(coef(g)), std_error = sqrt(diag(g$var)), jackknife = NA))
  if (set == "cart539" && length(covariates) == 1) {
    change <- function(i, by) { d$weight[i] <- d$weight[i] * (1 + by); coef(cox(carried(d, cause), covariates)) }
    same(change(1, 0), coef(g), 1e-9)
    influence <- vapply(seq_len(nrow(d)), function(i) (change(i, 1/256) - change(i, -1/256)) * 128, 0)
    answers$jackknife[nrow(answers)] <- sqrt(sum(influence^2))
  }
}
number <- vapply(answers, is.double, TRUE)
answers[number] <- lapply(answers[number], formatC, digits = 15, width = 1, format = "g")
write.csv(answers, "r_weights.csv", row.names = FALSE, quote = FALSE)
