# The economic model by itself in R: quantiles of its inputs, and its value over a million draws.
# Rscript tests/reference/economics.R > tests/reference/economics.csv
say <- function(name, x) cat(name, formatC(x, digits = 12, format = "g"), sep = ",", fill = 10000)
beta_by_moments <- function(p, n, deff) { k <- n / deff - 1; c(p * k, (1 - p) * k) }
tails <- c(.025, .975)
share <- beta_by_moments(.0329, 2262, 1.5)
face <- beta_by_moments(.646, 2262, 1)
se <- 3 / sqrt(2262 * .0329)
visits <- c((3.88 / se)^2, se^2 / 3.88)
implied <- 2.88 / (47.21 * 3.04)
ae <- beta_by_moments(implied, 2262, 1.5)
se_ae <- 3 / sqrt(2262 * implied)
ae_visits <- c((3.04 / se_ae)^2, se_ae^2 / 3.04)
say("gp_share", qbeta(tails, share[1], share[2]))
say("gp_face_to_face", qbeta(tails, face[1], face[2]))
say("gp_mean", qgamma(tails, visits[1], scale = visits[2]))
say("ae_share", qbeta(tails, ae[1], ae[2]))
say("ae_mean", qgamma(tails, ae_visits[1], scale = ae_visits[2]))
# Mean and 95 % range of the value by numerical integration would need three integrals; a million draws have a Monte
# Carlo error of .04 in the mean and about .15 in the ends.
set.seed(20241201)
n <- 1e6
gp <- 47.21 * rbeta(n, share[1], share[2]) * rgamma(n, visits[1], scale = visits[2]) * rbeta(n, face[1], face[2]) * 56
say("gp_value", c(mean(gp), quantile(gp, tails, names = FALSE)))
a <- 47.21 * rbeta(n, ae[1], ae[2]) * rgamma(n, ae_visits[1], scale = ae_visits[2]) * 137
say("ae_value", c(mean(a), quantile(a, tails, names = FALSE)))
