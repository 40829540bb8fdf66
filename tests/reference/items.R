# Expected numbers of tests/test_items.py. Run from the project's folder:
#   Rscript tests/reference/items.R > tests/reference/items.csv
# The answers are those of clmm_answers.csv; one completion a person is the one with the lowest module.
suppressMessages(library(ordinal))
d <- read.csv("tests/reference/clmm_answers.csv")
d <- d[d$module == ave(d$module, d$person, FUN = min), ]
d <- d[order(d$person, d$time), ]
cat("case,quantity,value\n")
show <- function(case, quantity, value) cat(sprintf("%s,%s,%.12g\n", case, quantity, value), sep = "")
w <- reshape(d[, c("person", "time", "y")], idvar = "person", timevar = "time", direction = "wide")
# McNemar of agreement (4 or 5), without correction and exact
b <- sum(w$y.0 < 4 & w$y.1 >= 4); c <- sum(w$y.0 >= 4 & w$y.1 < 4)
m <- mcnemar.test(matrix(c(0, c, b, 0), 2), correct = FALSE)
show("mcnemar", "statistic", m$statistic); show("mcnemar", "p", m$p.value)
show("mcnemar", "exact", binom.test(b, b + c)$p.value)
# Bhapkar: n d' (n diag-free covariance)^-1 d, from Stuart-Maxwell M as M / (1 - M / n)
k <- 5; t <- table(factor(w$y.0, 1:k), factor(w$y.1, 1:k)); n <- sum(t)
dd <- (colSums(t) - rowSums(t))[-k]; S <- (diag(rowSums(t) + colSums(t)) - t - t(t))[-k, -k]
M <- c(t(dd) %*% solve(S) %*% dd); B <- M / (1 - M / n)
show("bhapkar", "statistic", B); show("bhapkar", "p", pchisq(B, k - 1, lower = FALSE))
# Time by role: likelihood ratio
f <- within(d, { y <- factor(y, ordered = TRUE); role <- factor(role); person <- factor(person) })
tight <- clmm.control(gradTol = 1e-5, innerCtrl = "noWarn")
full <- clmm(y ~ time * role + (1 | person), f, nAGQ = 10L, control = tight)
alike <- clmm(y ~ time + role + (1 | person), f, nAGQ = 10L, control = tight)
lr <- 2 * as.numeric(logLik(full) - logLik(alike))
show("interaction", "statistic", lr); show("interaction", "p", pchisq(lr, 2, lower = FALSE))
# Share who agree (4 or 5), averaged over the intercept, each role before and after, and its change
sigma <- full$ST[[1]][1]; beta <- full$beta; cut <- full$Theta[3]
agree <- function(x) integrate(function(u) plogis(x + sigma * u - cut) * dnorm(u), -Inf, Inf, rel.tol = 1e-10)$value
for (r in 1:3) {
  before <- if (r > 1) beta[paste0("role", r)] else 0
  after <- before + beta["time"] + if (r > 1) beta[paste0("time:role", r)] else 0
  show("groups", paste0("change", r), agree(after) - agree(before))
}
one <- clmm(y ~ time + (1 | person), f, nAGQ = 10L, control = tight)
sigma <- one$ST[[1]][1]; cut <- one$Theta[3]
show("agree", "before", agree(0)); show("agree", "after", agree(one$beta["time"]))
show("agree", "change", agree(one$beta["time"]) - agree(0))
# standard errors by the delta method; the last row of vcov is of log sigma
scale <- diag(c(rep(1, 5), sigma)); v <- scale %*% vcov(one) %*% scale; p0 <- c(one$Theta, one$beta, sigma)
at <- function(p, x) integrate(function(u) plogis(p[5] * x + p[6] * u - p[3]) * dnorm(u), -Inf, Inf, rel.tol = 1e-11)$value
slope <- function(g) sapply(1:6, function(i) { h <- replace(rep(0, 6), i, 1e-4); (g(p0 + h) - g(p0 - h)) / 2e-4 })
for (q in list(list("before", function(p) at(p, 0)), list("after", function(p) at(p, 1)), list("change", function(p) at(p, 1) - at(p, 0)))) {
  s <- slope(q[[2]]); show("agree", paste0("se_", q[[1]]), sqrt(c(t(s) %*% v %*% s)))
}
