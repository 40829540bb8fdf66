# Expected numbers of tests/test_clmm.py and tests/test_clmm_shares.py. Run from the project's folder:
#   Rscript tests/reference/clmm.R > tests/reference/clmm.csv      (or, for the first cases alone, with `quick`)
# The answers are invented: clmm_answers.csv was made once by the lines under `make`, and is what both R and Python read.
suppressMessages(library(ordinal))
place <- "tests/reference/clmm_answers.csv"
if (identical(commandArgs(trailingOnly = TRUE), "make")) {
  set.seed(20260411)
  n <- 240; size <- sample(1:3, n, TRUE, c(.5, .3, .2))
  person <- rep(1:n, size); module <- unlist(lapply(size, function(k) sort(sample(1:4, k))))
  role <- sample(1:3, n, TRUE)[person]; u <- rnorm(n, 0, 1.3)[person]; v <- rnorm(length(person), 0, 1.3)
  shift <- c(.9, .5, 1.3, .2)[module] + c(0, .4, -.3)[role]
  eta <- u + v + c(0, .8, -.7, .3)[module] + c(0, .3, .6)[role]
  answer <- function(eta, cuts) as.integer(cut(eta + rlogis(length(eta)), c(-Inf, cuts, Inf)))
  both <- rbind(data.frame(person, module, role, time = 0, y = answer(eta, c(-3.2, -1.4, .4, 2.2))),
                data.frame(person, module, role, time = 1, y = answer(eta + shift, c(-3, -1.4, .2, 1.4))))
  bitter <- with(wine, data.frame(y = as.integer(rating), temp = as.integer(temp) - 1, contact = as.integer(contact) - 1, judge))
  write.csv(bitter, "tests/reference/wine.csv", row.names = FALSE, quote = FALSE)   # Randall (1989), as in R ordinal
  write.csv(both[order(both$person, both$module, both$time), ], place, row.names = FALSE, quote = FALSE)
}
d <- read.csv(place)
first <- d[d$module == ave(d$module, d$person, FUN = min), ]   # one completion a person
d$pm <- factor(paste(d$person, d$module))
ready <- function(d) within(d, { y <- factor(y, ordered = TRUE); module <- factor(module); role <- factor(role); person <- factor(person) })
d <- ready(d); first <- ready(first)

cat("case,quantity,value\n")
show <- function(case, quantity, value) cat(sprintf("%s,%s,%.12g\n", case, quantity, value), sep = "")
report <- function(case, fit) {
  table <- coef(summary(fit)); cuts <- length(fit$Theta); if (!cuts) cuts <- length(fit$alpha)
  est <- table[, "Estimate"]; se <- table[, "Std. Error"]
  show(case, paste0("theta", seq_len(cuts)), est[seq_len(cuts)]); b <- seq_along(est)[-seq_len(cuts)]
  show(case, paste0("beta", seq_along(b)), est[b]); show(case, paste0("se", seq_along(b)), se[b])
  show(case, "loglik", c(logLik(fit)))
  for (s in seq_along(fit$ST)) show(case, paste0("sigma", s), fit$ST[[s]][1])
}
tight <- clmm.control(gradTol = 1e-5, innerCtrl = "noWarn")
mixed <- function(formula, data, nodes = 1L) clmm(formula, data = data, nAGQ = nodes, control = tight)

data(wine)
report("wine", clm(rating ~ temp + contact, data = wine))
report("wine_agq10", mixed(rating ~ temp + contact + (1 | judge), wine, 10L))
report("wine_laplace", mixed(rating ~ temp + contact + (1 | judge), wine))
report("time_flat", clm(y ~ time, data = first))
report("time_agq10", mixed(y ~ time + (1 | person), first, 10L))
report("time_agq3", mixed(y ~ time + (1 | person), first, 3L))
report("time_laplace", mixed(y ~ time + (1 | person), first))
d3 <- within(first, y <- factor(pmin(pmax(as.integer(y), 2), 4), ordered = TRUE))
slow <- !identical(commandArgs(trailingOnly = TRUE), "quick")   # quick: the cases that a test re-runs
if (slow) {
report("module_agq10", mixed(y ~ time * module + (1 | person), first, 10L))
report("role_agq10", mixed(y ~ time * role + (1 | person), first, 10L))
report("all_agq10", mixed(y ~ time * module + (1 | person), d, 10L))
report("nested", mixed(y ~ time + (1 | person) + (1 | pm), d))
report("nested_module", mixed(y ~ time * module + (1 | person) + (1 | pm), d))
report("nested_role", mixed(y ~ time * role + (1 | person) + (1 | pm), d))
report("crossed", mixed(y ~ time + (1 | person) + (1 | module), d))
}
report("three_agq10", mixed(y ~ time + (1 | person), d3, 10L))

# Proportional odds: thresholds of their own for time. clm's nominal effects are differences of thresholds.
po <- clm(y ~ time, data = first); free <- clm(y ~ 1, nominal = ~ time, data = first)
show("nominal_flat", "loglik", c(logLik(free))); test <- anova(po, free)
show("nominal_flat", c("lr", "df", "p"), c(test$LR.stat[2], test$df[2], test$`Pr(>Chisq)`[2]))
show("nominal_flat", paste0("theta", 1:8), free$alpha)
show("nominal_flat", paste0("se", 1:8), sqrt(diag(vcov(free))))
if (slow) {
control <- clmm2.control(innerCtrl = "noWarn")   # the only R function with both nominal effects and an intercept
free <- clmm2(y ~ 1, nominal = ~ time, random = person, data = first, nAGQ = 10, Hess = TRUE, control = control)
po <- clmm2(y ~ time, random = person, data = first, nAGQ = 10, Hess = TRUE, control = control)
show("nominal_mixed", "loglik", c(logLik(free))); show("nominal_mixed", "sigma1", free$stDev)
show("nominal_mixed", paste0("theta", 1:8), c(t(matrix(free$Theta, 2))))
lr <- 2 * c(logLik(free) - logLik(po))
show("nominal_mixed", c("lr", "p"), c(lr, pchisq(lr, 3, lower.tail = FALSE)))
}

# Shares averaged over people: integrate() over the intercept, delta method with numerical slopes on the logit scale.
above <- function(par, x, cut) {                 # par: theta, beta, sigma; P(Y > cut)
  theta <- par[1:4]; beta <- par[5]; sigma <- par[6]
  integrate(function(u) plogis(beta * x + u - theta[cut]) * dnorm(u, 0, sigma), -Inf, Inf, rel.tol = 1e-11)$value
}
share <- function(par, x, j) (if (j == 1) 1 else above(par, x, j - 1)) - (if (j == 5) 0 else above(par, x, j))
slope <- function(f, par) sapply(seq_along(par), function(i) {
  h <- 1e-4; e <- replace(0 * par, i, h); (8 * (f(par + e) - f(par - e)) - (f(par + 2 * e) - f(par - 2 * e))) / (12 * h) })
fit <- mixed(y ~ time + (1 | person), first, 10L)
par <- c(fit$alpha, fit$beta, sqrt(c(fit$ST[[1]])^2)); scale <- diag(c(rep(1, 5), par[6]))
V <- scale %*% vcov(fit) %*% scale   # the last row of vcov is of log sigma
show("shares", "se_sigma", sqrt(diag(V))[6])
delta <- function(f) { s <- slope(f, par); sqrt(c(s %*% V %*% s)) }
for (x in 0:1) for (j in 1:5) {
  f <- function(p) share(p, x, j); est <- f(par); se <- delta(f); ci <- plogis(qlogis(est) + c(-1, 1) * qnorm(.975) * se / (est * (1 - est)))
  show("shares", paste0(c("share", "se", "low", "high"), "_t", x, "_", j), c(est, se, ci))
}
for (j in 1:5) {
  f <- function(p) share(p, 1, j) - share(p, 0, j)
  show("shares", paste0(c("change", "se_change"), "_", j), c(f(par), delta(f)))
}
f <- function(p) sum(sapply(1:5, function(j) j * (share(p, 1, j) - share(p, 0, j))))
show("shares", c("mean_change", "se_mean_change"), c(f(par), delta(f)))
f <- function(p) p[5] / sqrt(p[6]^2 + pi^2 / 3)
show("shares", c("latent", "se_latent"), c(f(par), delta(f)))
