# Stored synthetic cohorts, recomputed from their files by R alone; tests/test_reconstruction_r.py reads the answers.
# Run in this folder: Rscript reconstruction.R [folder of the members]
# (stored values: R 4.2.2, cmprsk 2.2-11, survival 3.5-3, MatchIt 4.5.1)
# Reads the ledger and the first member of each kind. Writes reconstruction.json: for each claim about the patients that is
# a curve, a median, a hazard ratio or a p value, the numbers that R finds in the unit of the claim; the matched patients;
# checksums of the files that entered. What is not understood is an error, not left out. Months are days over 30.4375.
# MatchIt 4.5.1 is made to search exhaustively, see matching.R; scores are rounded to 10 decimals, as rounding errors would
# otherwise choose between patients of equal age.
suppressMessages({library(cmprsk); library(survival); library(MatchIt)})
arguments <- commandArgs(TRUE)
folder <- if (length(arguments)) arguments[1] else "../../data/reconstruction"
ledger <- read.csv("../../data/claims/gazeau-2025.csv", encoding = "UTF-8", na.strings = "")
ledger <- ledger[ledger$kind == "number" & ledger$role == "cohort" & ledger$statistic %in%
                 c("cumulative incidence", "survival probability", "median", "hazard ratio", "p value"), ]
members <- read.csv(file.path(folder, "members.csv"), colClasses = c(member = "character"))
members <- members[match(c("unique", "natural"), members$kind), ]
MONTH <- 30.4375
CD28 <- c("axi-cel", "brexu-cel"); BB <- c("tisa-cel", "liso-cel")
COLUMN <- c(age = "age", "prior lines" = "prior_lines", LDH = "ldh", MCV = "mcv", haemoglobin = "haemoglobin", ANC = "anc", platelets = "platelets",
            ALC = "alc", CRP = "crp", ferritin = "ferritin", "CAR-HEMATOTOX" = "car_hematotox", "CRS grade" = "crs_grade", "ICANS grade" = "icans_grade",
            "age at t-MN" = "age_at_tmn", "haemoglobin at t-MN" = "haemoglobin_at_tmn", "MCV at t-MN" = "mcv_at_tmn", "ANC at t-MN" = "anc_at_tmn",
            "platelets at t-MN" = "platelets_at_tmn")

vaf <- function(cell) if (is.na(cell) || cell == "none") numeric(0) else {
  parts <- strsplit(strsplit(cell, ";")[[1]], ":"); setNames(as.numeric(sapply(parts, `[`, 2)), sapply(parts, `[`, 1))
}
gene <- function(cells, name) sapply(cells, function(cell) max(c(vaf(cell)[names(vaf(cell)) == name], -Inf)))
read <- function(member) {
  paths <- file.path(folder, sprintf("synthetic-reconstructed-%s-%s.csv", member, c("patients", "tmn")))
  d <- read.csv(paths[1], encoding = "UTF-8", na.strings = ""); t <- read.csv(paths[2], encoding = "UTF-8", na.strings = "")
  d$row <- seq_len(nrow(d)); d <- merge(d, t, by = "patient", all.x = TRUE, suffixes = c("", ".t")); d <- d[order(d$row), ]
  far <- function(x) ifelse(is.na(x), Inf, x)
  d$dead <- d$died == "yes"; d$case <- !is.na(d$tmn_day)
  d$first <- pmin(far(d$tmn_day), far(d$relapse_day), d$last_day) / MONTH
  d$event <- with(d, ifelse(far(tmn_day) <= pmin(far(relapse_day), last_day), "tmn", ifelse(far(relapse_day) <= last_day, "relapse", ifelse(dead, "death", "censored"))))
  d$free <- pmin(far(d$relapse_day), d$last_day) / MONTH
  d$ended <- with(d, ifelse(far(relapse_day) <= last_day, "relapse", ifelse(dead, "death", "censored")))
  for (when in c("before", "at_tmn")) {
    looked <- !is.na(d[[paste0("sequenced_", when)]]) & d[[paste0("sequenced_", when)]] == "yes"
    d[[paste0("looked_", when)]] <- looked; d[[paste0("tp53_", when)]] <- ifelse(looked, gene(d[[paste0("mutations_", when)]], "TP53"), NA)
  }
  list(d = d, sums = sapply(paths, function(p) digest::digest(file = p, algo = "sha256")))
}
is_true <- function(x) !is.na(x) & x
who <- function(d, group) {
  if (is.na(group)) return(rep(TRUE, nrow(d)))
  switch(group, "CD28" = d$product %in% CD28, "4-1BB" = d$product %in% BB, "t-MN" = d$case, "t-AML" = is_true(d$tmn_type == "t-AML"),
         "t-MDS" = is_true(d$tmn_type == "t-MDS"), "TP53 before CAR T" = is_true(d$tp53_before > -Inf), "no TP53 before CAR T" = is_true(d$tp53_before == -Inf),
         if (group %in% c(CD28, BB)) d$product == group else stop("no group ", group))
}
incidence <- function(d, claim) {
  d <- d[who(d, claim$group), ]
  fit <- if (claim$quantity == "t-MN") cuminc(d$first, d$event, cencode = "censored") else cuminc(d$free, d$ended, cencode = "censored")
  name <- c("t-MN" = "1 tmn", "non-relapse mortality" = "1 death")[[claim$quantity]]
  at <- timepoints(fit, claim$time_months); f <- at$est[name, 1]; se <- sqrt(at$var[name, 1])
  z <- qnorm(0.975) * se / (f * log(f))
  100 * c(value = f, low = f^exp(-z), high = f^exp(z))
}
survival_of <- function(d, claim) {
  d <- d[who(d, claim$group) & (claim$quantity != "overall survival after t-MN" | d$case), ]
  switch(claim$quantity,
    "overall survival" = survfit(Surv(last_day / MONTH, dead) ~ 1, d), "progression-free survival" = survfit(Surv(free, ended != "censored") ~ 1, d),
    "overall survival after t-MN" = survfit(Surv((last_day - tmn_day) / MONTH, dead) ~ 1, d), "follow-up" = survfit(Surv(last_day / MONTH, !dead) ~ 1, d))
}
by <- function(claim) if (is.na(claim$unit) || claim$unit != "years" || claim$quantity %in% names(COLUMN)) 1 else 1 / 12
medians <- function(d, claim) {
  fit <- survival_of(d, claim)
  if (!is.null(fit)) { q <- quantile(fit, 0.5); return(by(claim) * c(value = q$quantile[[1]], low = q$lower[[1]], high = q$upper[[1]])) }
  rows <- who(d, claim$group); q <- claim$quantity
  x <- if (q %in% names(COLUMN)) d[[COLUMN[[q]]]][rows] else if (q == "time to t-MN") d$tmn_day[rows & d$case] / MONTH
    else if (q == "TP53 variant allele frequency before CAR T") d$tp53_before[is_true(d$tp53_before > -Inf)]
    else if (q == "TP53 variant allele frequency after CAR T") d$tp53_at_tmn[is_true(d$tp53_at_tmn > -Inf) & d$looked_before] else stop("no median of ", q)
  setNames(quantile(x, c(0.5, 0.25, 0.75), type = 7, names = FALSE), c("value", "low", "high"))
}
matched <- function(d) {
  d$many <- as.integer(d$prior_lines >= 4); d$treated <- as.integer(d$case)
  d$score <- round(unname(fitted(glm(treated ~ age + many, binomial, d, control = glm.control(epsilon = 1e-14, maxit = 100)))), 10)
  m <- matchit(treated ~ age + many, d, method = "nearest", ratio = 2, m.order = "largest", distance = d$score, mahvars = ~ score)
  pairs <- m$match.matrix; treated <- match(rownames(pairs), rownames(d)); control <- match(pairs, rownames(d))
  list(rows = sort(c(treated, control)), distance = sort(abs(d$score[rep(treated, ncol(pairs))] - d$score[control])))
}
ratio <- function(d, claim, chosen) {
  x <- switch(claim$quantity, LDH = log2(d$ldh), "CD28 vs 4-1BB" = ifelse(d$product %in% CD28, 1, ifelse(d$product %in% BB, 0, NA)),
              "ICANS, any grade" = as.numeric(d$icans_grade > 0), d[[COLUMN[[claim$quantity]]]])
  rows <- !is.na(x) & (claim$group == "univariate" | d$row %in% chosen)
  x <- x[rows]; spread <- sd(x)
  model <- function(init, steps) crr(d$first[rows], d$event[rows], (x - mean(x)) / spread, failcode = "tmn", cencode = "censored", gtol = 1e-15, maxiter = steps, init = init)
  b <- unname(model(0, 100)$coef)            # crr's line search stops up to 3e-7 of an error short of the maximum:
  for (step in 1:2) { f <- model(b, 0); b <- b + unname(f$score) / f$inf[1, 1] }   # two plain steps of Newton from there
  f <- model(b, 0)
  b <- b / spread; se <- sqrt(f$var[1, 1]) / spread
  c(value = exp(b), low = exp(b - qnorm(0.975) * se), high = exp(b + qnorm(0.975) * se), p = 2 * pnorm(-abs(b / se)))
}
log_rank <- function(d) {
  d <- d[d$looked_before & d$case, ]
  test <- survdiff(Surv(tmn_day / MONTH, rep(1, nrow(d))) ~ tp53_before > -Inf, d)
  c(value = pchisq(test$chisq, 1, lower.tail = FALSE))
}
answer <- function(d, claim, chosen) switch(claim$statistic, "cumulative incidence" = incidence(d, claim), "survival probability" = {
    s <- summary(survival_of(d, claim), times = claim$time_months); 100 * c(value = s$surv, low = s$lower, high = s$upper) },
  "median" = medians(d, claim), "hazard ratio" = ratio(d, claim, chosen)[1:3],
  "p value" = if (startsWith(claim$quantity, "time to t-MN")) log_rank(d) else c(value = ratio(d, claim, chosen)[["p"]]))

fifteen <- function(x) signif(x, 15)
answers <- lapply(seq_len(nrow(members)), function(i) {
  one <- read(members$member[i]); d <- one$d; pairs <- matched(d)
  numbers <- lapply(seq_len(nrow(ledger)), function(j) {
    found <- answer(d, ledger[j, ], pairs$rows); printed <- c("value", "low", "high")[!is.na(unlist(ledger[j, c("value", "low", "high")]))]
    as.list(fifteen(found[intersect(names(found), printed)]))
  })
  list(member = members$member[i], kind = members$kind[i], sha256_patients = unname(one$sums[1]), sha256_tmn = unname(one$sums[2]),
       matched = d$patient[pairs$rows], distances = fifteen(pairs$distance), claims = setNames(numbers, ledger$id))
})
software <- as.list(sapply(c("cmprsk", "survival", "MatchIt"), function(p) as.character(packageVersion(p))))
software <- c(R = paste(R.version$major, R.version$minor, sep = "."), software)
jsonlite::write_json(list(label = "synthetic, reconstructed from published statistics", software = software, members = answers), "reconstruction.json",
                     auto_unbox = TRUE, digits = NA, pretty = 1, na = "null")
