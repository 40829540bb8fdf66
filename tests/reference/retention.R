# Expected numbers of tests/test_retention.py: Rscript tests/reference/retention.R > tests/reference/retention.csv
# R 4.2.2, clubSandwich 0.5.8. Data are made by integer arithmetic so that Python makes the same.
suppressMessages(library(clubSandwich))
cat("case,quantity,value\n")
row <- function(case, quantity, value) cat(case, ",", quantity, ",", sprintf("%.12g", value), "\n", sep = "")
rows <- function(case, names, values) for (j in seq_along(names)) row(case, names[j], values[[j]])
cr2 <- function(y, person) {
  fit <- lm(y ~ 1)
  t <- coef_test(fit, vcov = "CR2", cluster = person, test = "Satterthwaite")
  ci <- conf_int(fit, vcov = "CR2", cluster = person, test = "Satterthwaite", level = .95)
  c(estimate = t$beta, se = t$SE, ci_low = ci$CI_L, ci_high = ci$CI_U, df = t$df_Satt, p = t$p_Satt)
}
i <- 0:119
d <- data.frame(person = ifelse(i < 90, i, i - 90), before = 2 + ((i * 37) %% 11) / 5)
d$after <- d$before + .6 + ((i * 29) %% 13 - 6) / 10
d$later <- ifelse(i %% 4 == 3, NA, d$after - .15 + ((i * 17) %% 19 - 9) / 15)
d$after[i %% 10 == 7] <- NA
three <- complete.cases(d)
show <- function(case, from, to, keep = rep(TRUE, 120)) {
  use <- keep & !is.na(d[[from]]) & !is.na(d[[to]])
  r <- cr2((d[[to]] - d[[from]])[use], d$person[use]); rows(case, c("n", names(r)), c(sum(use), r))
}
for (base in c("three", "two")) for (pair in list(c("before", "after"), c("before", "later"), c("after", "later")))
  show(paste(base, pair[1], pair[2], sep = "."), pair[1], pair[2], if (base == "three") three else rep(TRUE, 120))

# Fieller's limits: the ratios at which the mean of numerator - ratio * denominator just differs from 0
limits <- function(a, b, interval) {
  centre <- mean(a) / mean(b)
  f <- function(ratio) { t <- t.test(a - ratio * b); abs(t$statistic) - qt(.975, t$parameter) }
  c(centre, uniroot(f, centre - c(interval, 0), tol = 1e-13)$root, uniroot(f, centre + c(0, interval), tol = 1e-13)$root)
}
one <- d[three & i < 90, ]
rows("fieller.single", c("estimate", "ci_low", "ci_high"), limits(one$later - one$before, one$after - one$before, 1))
# the same with several completions a person: the CR2 covariance matrix of a model with two outcomes, and the formula
a <- (d$later - d$before)[three]; b <- (d$after - d$before)[three]; who <- d$person[three]
v <- as.matrix(vcovCR(lm(cbind(a, b) ~ 1), cluster = who, type = "CR2"))
rows("fieller.clustered", c("v_aa", "v_ab", "v_bb"), c(v[1, 1], v[1, 2], v[2, 2]))
t2 <- qt(.975, cr2(b, who)[["df"]])^2
roots <- Re(polyroot(c(mean(a)^2 - t2 * v[1, 1], -2 * (mean(a) * mean(b) - t2 * v[1, 2]), mean(b)^2 - t2 * v[2, 2])))
rows("fieller.clustered", c("estimate", "ci_low", "ci_high"), c(mean(a) / mean(b), sort(roots)))

# What the ratio does with a gain of .10 (SD .8): 95 % range of mean(later gain) / mean(gain), .8 kept, correlation .6
set.seed(20261123)
for (n in c(150, 400)) {
  z1 <- rnorm(4e5); z2 <- .6 * z1 + .8 * rnorm(4e5); s <- .8 / sqrt(n)
  rows(paste0("range.", n), c("low", "high"), quantile((.08 + s * z2) / (.1 + s * z1), c(.025, .975)))
}
