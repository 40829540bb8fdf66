# Expected numbers of tests/test_contrasts.py and tests/test_pooling.py:
# Rscript tests/reference/pooling.R > tests/reference/pooling.csv
suppressMessages({library(clubSandwich); library(metafor)})
show <- function(name, ...) cat(paste(c(name, sprintf("%.15g", c(...))), collapse = ","), "\n", sep = "")

# 60 people with 1 to 6 pairs in four groups, made by integer arithmetic so that Python makes the same
size <- (0:59 * 7) %% 6 + 1
who <- rep(0:59, size)
k <- seq_along(who) - 1
d <- ((k * 37) %% 17 - 8) / 4 + ((who * 13) %% 11 - 4) / 5
group <- c("a", "b", "c", "d")[(k * 5 + who) %% 7 %/% 2 + 1]
dose <- size[who + 1]

one <- function(name, fit, cluster, c) {
  con <- linear_contrast(fit, vcov = "CR2", cluster = cluster, contrasts = c, test = "Satterthwaite", p_values = TRUE)
  show(name, con$Est, con$SE, con$CI_L, con$CI_U, con$df, con$p_val)
}
slope <- function(fit) matrix(c(0, 1), 1)
for (g in c("a", "b", "c", "d")) {
  fit <- lm(d ~ I(1 * (group == g)))
  one(paste("rest", g), fit, who, slope(fit))
}
cells <- lm(d ~ 0 + group)
one("weights", cells, who, matrix(c(1, -.5, -.5, 0), 1))
wald <- function(name, fit, cluster, C) {
  w <- Wald_test(fit, constraints = C, vcov = "CR2", cluster = cluster, test = "HTZ")
  show(name, w$Fstat, w$df_num, w$df_denom, w$p_val)
}
wald("any", cells, who, cbind(-1, diag(3)))
wald("two", cells, who, rbind(c(-1, 1, 0, 0), c(0, 0, -1, 1)))
slopes <- lm(d ~ dose); one("dose", slopes, who, slope(slopes))
# groups that people do not cross, and one pair a person
between <- c("x", "y", "z")[who %% 3 + 1]
wald("between", lm(d ~ 0 + between), who, cbind(-1, diag(2)))
alone <- lm(d ~ I(1 * (group == "a"))); one("alone", alone, seq_along(d), slope(alone))
# few people, one of whom dominates
fd <- c(1, 2, 3, 1, 2, 2, 0, 1, 1.5, .5); fw <- c(1, 1, 1, 1, 2, 2, 3, 4, 5, 5); fx <- c(0, 1, 0, 1, 0, 0, 1, 1, 0, 1)
few <- lm(fd ~ fx); one("few", few, fw, slope(few))

pooled <- function(name, y, se, method, test = "knha") {
  fit <- rma(y, se^2, method = method, test = test, control = list(threshold = 1e-13, maxiter = 1000))
  pr <- predict(fit)
  show(name, fit$b, fit$se, fit$ci.lb, fit$ci.ub, pr$pi.lb, pr$pi.ub, fit$tau2, fit$I2 / 100, fit$QE, fit$QEp)
  b <- blup(fit)
  for (i in seq_along(y)) show(paste(name, i), b$pred[i], b$se[i], b$pi.lb[i], b$pi.ub[i])
}
y <- c(.42, .31, .55, .18, .47, .80); se <- c(.04, .06, .05, .09, .12, .20)
for (m in c("REML", "DL")) {
  pooled(paste("modules", m), y, se, m)
  pooled(paste("alike", m), c(.30, .32, .29, .31), c(.05, .06, .07, .04), m)
  pooled(paste("two", m), c(.1, .5), c(.05, .08), m)
  # Raudenbush (1985), teacher expectancy: 19 studies, as in metafor's dat.raudenbush1985
  pooled(paste("teachers", m), c(.03, .12, -.14, 1.18, .26, -.06, -.02, -.32, .27, .80, .54, .18, -.02, .23, -.18, -.06,
         .30, .07, -.07), sqrt(c(.0156, .0216, .0279, .1391, .1362, .0106, .0106, .0484, .0269, .0630, .0912, .0497,
         .0835, .0841, .0253, .0279, .0193, .0088, .0303)), m)
}
pooled("alike adhoc", c(.30, .32, .29, .31), c(.05, .06, .07, .04), "REML", "adhoc")
pooled("modules adhoc", y, se, "REML", "adhoc")

# a funnel's over-dispersion, written out from Spiegelhalter (2005)
z <- c(-4.1, -1.2, .3, .8, 1.1, 2.6, 3.9, -2.2, .1, 6.5); s <- c(.05, .07, .04, .09, .06, .05, .08, .1, .12, .03)
lim <- quantile(z, c(.1, .9)); zw <- pmin(pmax(z, lim[1]), lim[2]); phi <- mean(zw^2); w <- 1 / s^2; I <- length(z)
show("overdispersion", phi, max(0, (I * phi - (I - 1)) / (sum(w) - sum(w^2) / sum(w))))
