# Expected numbers of tests/test_reliability.py: Cronbach's alpha, and Feldt's interval from its formula and from psych.
suppressMessages(library(psych))
show <- function(name, ...) cat(name, format(c(...), digits = 15), "\n")
one <- function(name, items) {
  items <- na.omit(items); n <- nrow(items); k <- ncol(items)
  a <- suppressWarnings(alpha(items, check.keys = FALSE, warnings = FALSE)$total$raw_alpha)
  f <- qf(c(.975, .025), n - 1, (n - 1) * (k - 1))
  ci <- alpha.ci(a, n.obs = n, n.var = k)
  show(name, a, 1 - (1 - a) * f, ci$lower.ci, ci$upper.ci, k, n)
}
one("attitude", attitude)                                          # datasets::attitude, 30 x 7
one("sleepy", data.frame(a = c(1, 2, 3, 4, 5, 3, NA), b = c(2, 2, 4, 4, 5, 1, 3), c = c(1, 3, 3, 5, 4, 2, 2)))
one("reversed", data.frame(a = c(1, 2, 3, 4, 5), b = c(5, 4, 2, 2, 1), c = c(2, 1, 3, 5, 4)))
write.csv(attitude, row.names = FALSE)
