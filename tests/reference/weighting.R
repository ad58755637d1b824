# Weights without pairs: exact matching by MatchIt, odds of the score by glm; tests/test_weighting.py reads the answers.
# Run in this folder: Rscript weighting.R   (stored values: R 4.2.2, MatchIt 4.5.1)
# Reads matching_cart539.csv (simulated). Writes weighting.csv: design, quantity, value; weights of every 9th row from the
# first, means of the controls after weighting.
suppressMessages(library(MatchIt))
d <- read.csv("matching_cart539.csv"); shown <- seq(1, nrow(d), 9)
answers <- NULL
keep <- function(design, w) {
  values <- c(setNames(w[shown], paste0("row", shown)), sum = sum(w), sum_of_squares = sum(w^2), used = sum(w > 0))
  for (v in c("age", "lines_ge4")) values[[paste0("mean_control_", v)]] <- weighted.mean(d[[v]][d$treated == 0], w[d$treated == 0])
  answers <<- rbind(answers, data.frame(design, quantity = names(values), value = unname(values)))
}
for (width in c(1, 5, 10)) {
  d$band <- d$age %/% width
  m <- matchit(treated ~ band + lines_ge4, d, method = "exact")
  keep(paste0("exact", width), unname(m$weights))
}
p <- unname(fitted(glm(treated ~ age + lines_ge4, binomial, d, control = glm.control(epsilon = 1e-14, maxit = 100))))
w <- ifelse(d$treated == 1, 1, p / (1 - p)); is_control <- d$treated == 0
w[is_control] <- w[is_control] * sum(is_control) / sum(w[is_control])
keep("odds", w)
answers$value <- format(answers$value, digits = 15, trim = TRUE, scientific = TRUE)
write.csv(answers, "weighting.csv", row.names = FALSE, quote = FALSE)
