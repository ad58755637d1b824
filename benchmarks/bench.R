# Times R's packages on data.csv in the given folder; called by bench.py. Rscript bench.R TASK FOLDER
arguments <- commandArgs(TRUE)
task <- arguments[1]
folder <- arguments[2]
d <- read.csv(file.path(folder, "data.csv"))
n <- nrow(d)
rows <- list()
has <- function(package) requireNamespace(package, quietly = TRUE)
clock <- function(call) {
  gc(FALSE)
  first <- system.time(call())[["elapsed"]]
  runs <- if (first > 3) first else replicate(if (first > 1) 3 else 5, system.time(call())[["elapsed"]])
  if (max(runs) < 0.01) runs <- replicate(5, system.time(for (i in 1:50) call())[["elapsed"]] / 50)
  c(1000 * median(runs), length(runs))
}
note <- function(tool, package, call) {
  if (!has(package)) return(invisible())
  times <- try(clock(call), silent = TRUE)
  if (inherits(times, "try-error")) return(invisible())
  rows[[length(rows) + 1]] <<- data.frame(tool = tool, version = as.character(packageVersion(package)), median_ms = times[1], runs = times[2])
}
if (!is.null(d$event)) {
  d$event <- factor(d$event, levels = c("censored", "tmn", "relapse", "death"))
  code <- as.integer(d$event) - 1L
}
if (task == "cumulative incidence") {
  note("R cmprsk", "cmprsk", function() cmprsk::cuminc(d$time, code))
  if (n <= 1e4) note("R survival", "survival", function() survival::survfit(survival::Surv(d$time, d$event) ~ 1))
  if (has("prodlim")) {
    library(prodlim)
    note("R prodlim", "prodlim", function() prodlim(Hist(time, code) ~ 1, data = data.frame(time = d$time, code = code)))
  }
}
if (task == "Gray's test") note("R cmprsk", "cmprsk", function() cmprsk::cuminc(d$time, code, d$group)$Tests)
if (startsWith(task, "Fine-Gray")) {
  x <- as.matrix(d[, paste0("x", seq_len(as.integer(sub(".*, ([0-9]+) .*", "\\1", task)))), drop = FALSE])
  note("R cmprsk", "cmprsk", function() cmprsk::crr(d$time, code, x, failcode = 1, cencode = 0))
  note("R finegray + coxph", "survival", function() {
    frame <- data.frame(time = d$time, event = d$event, x)
    long <- survival::finegray(survival::Surv(time, event) ~ ., data = frame, etype = "tmn")
    survival::coxph(survival::Surv(fgstart, fgstop, fgstatus) ~ ., weights = fgwt, data = long[, c("fgstart", "fgstop", "fgstatus", "fgwt", colnames(x))])
  })
}
if (task == "1:2 matching" && n <= 1e5) {
  d$treated <- as.integer(d$treated == "True")
  note("R MatchIt", "MatchIt", function() MatchIt::matchit(treated ~ 1, data = d, distance = d$score, method = "nearest", ratio = 2))
}
if (length(rows)) write.csv(do.call(rbind, rows), file.path(folder, "times.csv"), row.names = FALSE)
