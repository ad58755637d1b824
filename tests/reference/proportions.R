# Exact (Clopper-Pearson) intervals of R's binom.test; tests/test_intervals.py reads the answers.
# Run in this folder: Rscript proportions.R   (stored values: R 4.2.2, package stats)
counts <- rbind(c(0, 1), c(0, 20), c(1, 20), c(3, 3), c(29, 539), c(12, 14), c(10, 10), c(57, 539), c(100, 200), c(467, 539))
grid <- merge(data.frame(level = c(0.9, 0.95, 0.99)), data.frame(events = counts[, 1], total = counts[, 2]))
limits <- t(mapply(function(x, n, level) binom.test(x, n, conf.level = level)$conf.int, grid$events, grid$total, grid$level))
answer <- data.frame(grid[c("events", "total", "level")], low = limits[, 1], high = limits[, 2])
write.csv(format(answer, digits = 15, trim = TRUE, drop0trailing = TRUE), "proportions.csv", row.names = FALSE, quote = FALSE)
