# Expected numbers of tests/test_effects_forms.py: Rscript tests/reference/effects_forms.R > tests/reference/effects_forms.csv
suppressMessages(library(coin))
show <- function(name, ...) cat(paste(c(name, sprintf("%.15g", c(...))), collapse = ","), "\n", sep = "")
zcrit <- qnorm(.975)

# d's from their definitions (Lakens 2013), intervals from their papers; J with n - 1
forms <- function(name, b, a) {
  d <- a - b; n <- length(d); r <- cor(a, b); J <- 1 - 3 / (4 * (n - 1) - 1); va <- var(a); vb <- var(b); df <- n - 1
  d_z <- mean(d) / sd(d)
  t <- d_z * sqrt(n)
  bound <- function(p) uniroot(function(x) pt(t, n - 1, x) - p, t + c(-9, 9), tol = 1e-13)$root / sqrt(n)
  show(paste0(name, " d_z"), d_z, bound(.975), bound(.025))
  show(paste0(name, " g_z"), J * c(d_z, bound(.975), bound(.025)))
  s2 <- (va + vb) / 2; d_rms <- mean(d) / sqrt(s2)                 # Bonett (2008), paired
  se <- sqrt(d_rms^2 * (va^2 + vb^2 + 2 * r^2 * va * vb) / (8 * df * s2^2) + var(d) / (df * s2))
  show(paste0(name, " d_rms"), d_rms, d_rms - zcrit * se, d_rms + zcrit * se)
  show(paste0(name, " g_rms"), J * c(d_rms, d_rms - zcrit * se, d_rms + zcrit * se))
  s <- (sd(a) + sd(b)) / 2; d_av <- mean(d) / s
  se <- sqrt(d_av^2 * (va + vb + 2 * r^2 * sd(a) * sd(b)) / (8 * df * s^2) + var(d) / (df * s^2))
  show(paste0(name, " d_av"), d_av, d_av - zcrit * se, d_av + zcrit * se)
  show(paste0(name, " hedges_g_av"), J * c(d_av, d_av - zcrit * se, d_av + zcrit * se))
  d_rm <- d_z * sqrt(2 * (1 - r))                                  # Borenstein et al. (2009), 4.26 to 4.28
  se <- sqrt((1 / n + d_rm^2 / (2 * n)) * 2 * (1 - r))
  show(paste0(name, " d_rm"), d_rm, d_rm - zcrit * se, d_rm + zcrit * se)
  show(paste0(name, " g_rm"), J * c(d_rm, d_rm - zcrit * se, d_rm + zcrit * se))
  show(paste0(name, " common_language"), pnorm(c(d_z, bound(.975), bound(.025))))
}
forms("lakens", c(9, 6, 7, 8, 7, 9, 8, 8, 8, 7), c(9, 7, 8, 9, 8, 9, 9, 10, 9, 9))
forms("sleep", sleep$extra[sleep$group == 1], sleep$extra[sleep$group == 2])
k <- 0:199; before <- 2 + (k * 7) %% 13 / 4; after <- pmin(5, before + ((k * 11) %% 9 - 3) / 4)
forms("ceiling", before, after)

# three zero rules: V, normal p with tie and continuity correction; coin's z has no continuity correction
likert <- ((k * 7) %% 5 - 1) * ((k * 11) %% 3 != 0) * ((k %% 13) != 4)
rules <- function(name, d) {
  m <- d != 0
  r <- rank(abs(d[m])) * sign(d[m]); w <- suppressWarnings(wilcox.test(d, exact = FALSE))
  show(paste0(name, " wilcox"), w$statistic, w$p.value)
  all <- rank(abs(d)); r <- all[m] * sign(d[m]); zero <- all[!m]
  p <- function(extra) 2 * pnorm(-(abs(sum(r)) - 1) / sqrt(sum(r^2) + extra))
  show(paste0(name, " pratt"), sum(r[r > 0]), p(0))
  show(paste0(name, " zsplit"), sum(r[r > 0]) + sum(zero) / 2, p(sum(zero^2)))
  show(paste0(name, " coin pratt z"), abs(statistic(wilcoxsign_test(d ~ rep(0, length(d)), zero.method = "Pratt"))),
       abs(sum(r)) / sqrt(sum(r^2)))
  b <- binom.test(sum(d > 0), sum(m))
  show(paste0(name, " sign"), b$estimate, b$conf.int, b$p.value)
}
rules("likert", likert)
rules("few", c(0, 0, 1, 1, -1, 2, 2, 3, 0, -2, 1, 1))
