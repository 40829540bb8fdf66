# Expected numbers of tests/test_ceiling.py: Rscript tests/reference/ceiling.R > tests/reference/ceiling.csv
# R 4.2.2, clubSandwich 0.5.8. Data are made by integer arithmetic so that Python makes the same.
suppressMessages(library(clubSandwich))
cat("case,quantity,value\n")
row <- function(case, quantity, value) cat(case, ",", quantity, ",", sprintf("%.12g", value), "\n", sep = "")
rows <- function(case, names, values) for (j in seq_along(names)) row(case, names[j], values[[j]])
cr2 <- function(y, person) {
  fit <- lm(y ~ 1)
  ci <- conf_int(fit, vcov = "CR2", cluster = person, test = "Satterthwaite", level = .95)
  c(ci$beta, ci$SE, ci$CI_L, ci$CI_U)
}
i <- 0:149
x <- pmin(5, 2 + ((i * 37) %% 17) / 4); y <- pmin(5, pmax(1, x + ((i * 29) %% 9 - 3) / 4)); person <- ifelse(i < 120, i, i - 120)
for (end in c("highest", "lowest")) {
  at <- function(s) if (end == "highest") s >= 5 else s <= 2
  rows(end, c("count_before", "count_after", "count_both", "n"), c(sum(at(x)), sum(at(y)), sum(at(x) & at(y)), 150))
  rows(end, c("change", "se", "ci_low", "ci_high"), cr2(at(y) - at(x), person))
}
# Those below 5, reliability .7. The error: jackknife-like linearised values, by a numerical derivative of the weighted estimate
rho <- .7
estimate <- function(w) {
  s <- x < 5; m <- function(v, w) sum(w * v) / sum(w)
  m((y - x)[s], w[s]) - (1 - rho) * (m(x, w) - m(x[s], w[s]))
}
h <- 1e-5
psi <- sapply(seq_along(x), function(k) { up <- down <- rep(1, 150); up[k] <- 1 + h; down[k] <- 1 - h; 150 * (estimate(up) - estimate(down)) / (2 * h) })
rows("room", c("estimate", "se", "ci_low", "ci_high"), cr2(estimate(rep(1, 150)) + psi, person))
rows("room", c("observed", "expected"), c(mean((y - x)[x < 5]), (1 - rho) * (mean(x) - mean(x[x < 5]))))
# Normal first scores with the same mean and spread: E(after - before | before < 5) by integration
mu <- mean(x); sigma <- sd(x)
inside <- integrate(function(s) ((rho - 1) * (s - mu)) * dnorm(s, mu, sigma), -Inf, 5, rel.tol = 1e-12)$value
row("room", "expected_normal", inside / pnorm(5, mu, sigma))
