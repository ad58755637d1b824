# Nearest-neighbour matching by MatchIt; tests/test_matching.py reads the answers.
# Run in this folder: Rscript matching.R   (stored values: R 4.2.2, MatchIt 4.5.1; MatchIt 4.7.2 gives the same distances)
# MatchIt 4.5.1's quick search for propensity scores ignores the order and misses nearer controls (mended in 4.5.2); naming
# the score as the variable to match on makes it search exhaustively, which is right.
# Reads matching_*.csv (simulated). Writes matching.csv: set, design, quantity, value.
library(MatchIt)
answers <- NULL
keep <- function(set, design, values) answers <<- rbind(answers, data.frame(set, design, quantity = names(values), value = unlist(values)))
designs <- list(ratio2 = list(ratio = 2), ratio1 = list(ratio = 1), ratio3 = list(ratio = 3), smallest = list(ratio = 2, m.order = "smallest"),
  data = list(ratio = 2, m.order = "data"), caliper = list(ratio = 2, caliper = 0.2), logit = list(ratio = 2), replace = list(ratio = 2, replace = TRUE))
for (set in c("cart539", "cont1500", "short")) {
  d <- read.csv(paste0("matching_", set, ".csv")); covariates <- setdiff(names(d), "treated")
  model <- reformulate(covariates, "treated"); g <- glm(model, binomial, d, control = glm.control(epsilon = 1e-14, maxit = 100))
  p <- unname(fitted(g))
  keep(set, "score", setNames(as.list(c(sum(p), sum(p^2), p[1:5])), c("sum", "sum_of_squares", paste0("row", 1:5))))
  for (design in names(designs)) {
    d$.score <- if (design == "logit") unname(predict(g)) else p
    arguments <- modifyList(list(model, data = d, method = "nearest", replace = FALSE, m.order = "largest", distance = d$.score, mahvars = ~ .score), designs[[design]])
    m <- do.call(matchit, arguments); s <- summary(m, standardize = TRUE)
    pairs <- m$match.matrix; treated <- as.integer(rownames(pairs))
    distance <- sort(abs(d$.score[treated] - d$.score[as.integer(pairs)]))
    keep(set, design, c(list(pairs = length(distance), sum = sum(distance), sum_of_squares = sum(distance^2)),
      setNames(as.list(quantile(distance, 0:10 / 10, type = 1)), paste0("decile", 0:10))))
    if (set == "cart539" && design != "ratio2") next   # tied scores: the partners, and so the balance, depend on the tie rule
    if (design != "replace") keep(set, design, list(weights_sum_of_squares = sum(m$weights^2)))
    for (v in covariates) for (when in c("before", "after")) {
      row <- (if (when == "before") s$sum.all else s$sum.matched)[v, ]
      values <- list(row[["Means Treated"]], row[["Means Control"]], row[["Std. Mean Diff."]], row[["Var. Ratio"]])
      names(values) <- paste(v, c("mean_treated", "mean_control", "difference", "variance_ratio"), when, sep = "|")
      keep(set, design, values[!is.na(values)])
    }
  }
}
answers$value <- format(answers$value, digits = 15, trim = TRUE, scientific = TRUE)
write.csv(answers, "matching.csv", row.names = FALSE, quote = FALSE)
