# Expected numbers of tests/test_effects.py.
suppressMessages({library(effectsize); library(coin)})
show <- function(name, ...) cat(name, format(c(...), digits = 15), "\n")

a <- c(9, 7, 8, 9, 8, 9, 9, 10, 9, 9); b <- c(9, 6, 7, 8, 7, 9, 8, 8, 8, 7)   # Lakens (2013), movie data
d <- a - b; n <- length(d); J <- 1 - 3 / (4 * (n - 1) - 1)
# d_z: cohens_d() finds its noncentral bounds by optim and is right to six digits; uniroot on pt() to twelve
ncp_ci <- function(d) {
  n <- length(d); t <- mean(d) / sd(d) * sqrt(n)
  bound <- function(p) uniroot(function(x) pt(t, n - 1, x) - p, t + c(-9, 9), tol = 1e-13)$root / sqrt(n)
  c(mean(d) / sd(d), bound(.975), bound(.025))
}
d_av <- mean(d) / ((sd(a) + sd(b)) / 2)
show("lakens t p r", t.test(d)$statistic, t.test(d)$p.value, cor(a, b))
show("lakens d_z", unlist(cohens_d(d)[c("Cohens_d", "CI_low", "CI_high")]))
show("lakens d_z by uniroot", ncp_ci(d))
show("lakens d_av d_rms d_rm", d_av, mean(d) / sqrt((var(a) + var(b)) / 2), mean(d) / sd(d) * sqrt(2 * (1 - cor(a, b))))
s <- (sd(a) + sd(b)) / 2; df <- n - 1
se <- sqrt(d_av^2 * (var(a) + var(b) + 2 * cor(a, b)^2 * sd(a) * sd(b)) / (8 * df * s^2) + var(d) / (df * s^2))
show("lakens g_av, delta interval", J * d_av, J * (d_av + c(-1, 1) * qnorm(.975) * se))
show("lakens CL normal", pnorm(mean(d) / sd(d)))

d <- with(sleep, extra[group == 2] - extra[group == 1])
show("sleep d_z", unlist(cohens_d(d)[c("Cohens_d", "CI_low", "CI_high")]))
show("sleep d_z by uniroot", ncp_ci(d))
w <- suppressWarnings(wilcox.test(d)); show("sleep V p", w$statistic, w$p.value)
show("sleep r_rb", rank_biserial(d, verbose = FALSE)$r_rank_biserial)

x <- c(1.83, .50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30)                    # Hollander & Wolfe (1973), p. 29
y <- c(.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29)
w <- wilcox.test(x, y, paired = TRUE); show("hw V p", w$statistic, w$p.value)
show("hw p one-sided", wilcox.test(x, y, paired = TRUE, alternative = "greater")$p.value)
show("hw r_rb", unlist(rank_biserial(x, y, paired = TRUE)[c("r_rank_biserial", "CI_low", "CI_high")]))

# 200 Likert changes with zeros and ties, by integer arithmetic
k <- 0:199; likert <- ((k * 7) %% 5 - 1) * ((k * 11) %% 3 != 0) * ((k %% 13) != 4)
show("likert table", table(likert))
w <- wilcox.test(likert, exact = FALSE); show("likert V p", w$statistic, w$p.value)
show("likert r_rb", rank_biserial(likert, verbose = FALSE)$r_rank_biserial)
show("likert d_z", unlist(cohens_d(likert)[c("Cohens_d", "CI_low", "CI_high")]))
show("likert d_z by uniroot", ncp_ci(likert))
# coin's asymptotic signed rank test, zeros dropped, no continuity correction: the clustered test with one pair each
ws <- wilcoxsign_test(likert ~ rep(0, 200), zero.method = "Wilcoxon")
show("likert coin z p", statistic(ws), pvalue(ws))

# 2,473 pairs: 20.7 % up, 5.5 % down, one step each
d <- rep(c(1, -1, 0), c(512, 136, 1825))
show("zeros V p", wilcox.test(d, exact = FALSE)$statistic, wilcox.test(d, exact = FALSE)$p.value)
# Bonett & Price (2012) for net improvement of 512 up, 136 down, 2,473 pairs
up <- 513 / 2475; down <- 137 / 2475
show("zeros net interval", up - down + c(-1, 1) * qnorm(.975) * sqrt((up + down - (up - down)^2) / 2475))
