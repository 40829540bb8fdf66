# Expected numbers of tests/test_attrition.py: Rscript tests/reference/attrition.R > tests/reference/attrition.csv
# R 4.2.2, clubSandwich 0.5.8. Data are made by integer arithmetic so that Python makes the same.
suppressMessages(library(clubSandwich))
cat("case,quantity,value\n")
row <- function(case, quantity, value) cat(case, ",", quantity, ",", sprintf("%.12g", value), "\n", sep = "")
rows <- function(case, names, values) for (j in seq_along(names)) row(case, names[j], values[[j]])
cr2 <- function(case, y, person, w = rep(1, length(y))) {
  data <- data.frame(y, w)
  fit <- lm(y ~ 1, data = data, weights = w)
  t <- coef_test(fit, vcov = "CR2", cluster = person, test = "Satterthwaite")
  ci <- conf_int(fit, vcov = "CR2", cluster = person, test = "Satterthwaite", level = .95)
  rows(case, c("estimate", "se", "ci_low", "ci_high", "statistic", "df", "p"),
       c(t$beta, t$SE, ci$CI_L, ci$CI_U, t$tstat, t$df_Satt, t$p_Satt))
}
logistic <- function(case, fit) {
  s <- summary(fit)$coefficients
  rows(case, paste0("beta", seq_len(nrow(s)) - 1), s[, 1]); rows(case, paste0("se", seq_len(nrow(s)) - 1), s[, 2])
  row(case, "deviance", deviance(fit))
}
tight <- glm.control(epsilon = 1e-14, maxit = 100)

# The study: 400 first surveys of 300 people, four modules, three roles
i <- 0:399
study <- data.frame(person = ifelse(i < 300, i, i - 300), module = factor((i * 7) %% 4), role = factor((i * 11 + i %/% 9) %% 3),
                    x = 1 + ((i * 37) %% 17) / 4)
u <- ((i * 7919 + (i %/% 7) * 104729) %% 1009) / 1009
v <- ((i * 6007 + (i %/% 5) * 15485) %% 997) / 997
study$answered <- u < plogis(.2 + .5 * (study$role == 1) - .4 * (study$x - 3))
study$linked <- study$answered & v < c(.95, .8, .9, .85)[(i * 7) %% 4 + 1]
study$d <- ifelse(study$linked, ((i * 29) %% 13 - 4) / 4 - .2 * (study$x - 3), NA)
later <- study[study$answered, ]
rows("study", c("answered", "linked"), c(sum(study$answered), sum(study$linked)))

# 1-3. Logistic regressions
link_fit <- glm(linked ~ module, binomial, later, control = tight)
logistic("linkage", link_fit)
logistic("matched_plain", glm(linked ~ role + x, binomial, study, control = tight))
logistic("intercept_only", glm(linked ~ 1, binomial, study, control = tight))
# 4. An event that is seen with a known chance: a logit link scaled by it
s <- predict(link_fit, study, type = "response")
scaled <- structure(list(linkfun = function(mu) qlogis(mu / s), linkinv = function(eta) s * plogis(eta),
                         mu.eta = function(eta) s * dlogis(eta), valideta = function(eta) TRUE, name = "scaled"), class = "link-glm")
respond <- glm(linked ~ module + role + x, binomial(link = scaled), study, mustart = s * (linked + .5) / 2, control = tight)
logistic("response", respond)
# 5. The weights from both
chance <- fitted(respond); kept <- study$linked
w <- mean(kept) / chance[kept]
row("weights", "largest", max(w) / mean(w)); row("weights", "expected_responders", sum(chance / s))
edge <- quantile(w, c(.01, .99)); row("weights", "trimmed", sum(w < edge[1] | w > edge[2]))
w <- pmin(pmax(w, edge[1]), edge[2])
rows("weights", c("first", "last", "sum", "n_effective"), c(w[1], w[length(w)], sum(w), sum(w)^2 / sum(w^2)))
# 6. Weighted mean change, CR2 on the person
cr2("weighted", study$d[kept], study$person[kept], w)
# 7. Balance
smd <- function(x, w = NULL) { m <- if (is.null(w)) mean(x[kept]) else weighted.mean(x[kept], w); (m - mean(x)) / sqrt(mean((x - mean(x))^2)) }
rows("balance", c("x.before", "x.after", "role1.before", "role1.after", "module2.before", "module2.after"),
     c(smd(study$x), smd(study$x, w), smd(study$role == 1), smd(study$role == 1, w), smd(study$module == 2), smd(study$module == 2, w)))

# 8-11. Weighted CR2 on small sets: sizes 1, 2, 3, 1, 4, 2; one dominates; equal weights; one pair a person
d <- c(.5, 1, -.25, 0, .75, 1.25, -.5, 1, 1.5, .25, .25, 0, 2)
person <- c("p1", "p2", "p2", "p3", "p3", "p3", "p4", "p5", "p5", "p5", "p5", "p6", "p6")
cr2("small", d, person, c(1, 2, 1, .5, 1, 1.5, 3, 1, 1, .7, 1, 2, .4))
cr2("small_equal", d, person)
cr2("small_dominated", c(1, 2, 3, 1, 2, 2, 0, 1), c(1, 1, 1, 1, 1, 1, 2, 3), c(1, 1, 2, 1, 3, 1, 5, 1))
cr2("small_single", d, seq_along(d), seq_along(d))

# 12-13. Bounds of the mean change, scale 1 to 5: those lost all end at 1, all end at 5
after <- pmin(pmax(study$x + study$d, 1), 5)
cr2("worst", ifelse(kept, after, 1) - study$x, study$person)
cr2("best", ifelse(kept, after, 5) - study$x, study$person)

# 14-16. Those lost differ by delta: mixture over all 400, and where its estimate and its lower limit tip
mixture <- function(delta, w) {
  big <- rep(0, nrow(study)); big[kept] <- w; d0 <- ifelse(kept, study$d, 0); mu <- sum(big * d0) / sum(big)
  mu + big * (d0 - mu) / mean(big) + delta * !kept
}
any_fit <- lm(x ~ 1, study) # the degrees of freedom depend on who gave how many only
t95 <- qt(.975, coef_test(any_fit, vcov = "CR2", cluster = study$person, test = "Satterthwaite")$df_Satt)
lower <- function(delta, w) { fit <- lm(mixture(delta, w) ~ 1); coef(fit)[[1]] - t95 * sqrt(vcovCR(fit, study$person, "CR2")[1, 1]) }
for (case in c("plain", "by_weight")) {
  ww <- if (case == "plain") rep(1, sum(kept)) else w
  cr2(paste0("delta_", case), mixture(-.3, ww), study$person)
  root <- function(f) uniroot(f, c(-1.5, -.5), tol = 1e-10)$root
  rows(paste0("tipping_", case), c("estimate.0", "estimate.smallest", "limit.0", "limit.smallest"), c(
    root(function(x) mean(mixture(x, ww))), root(function(x) mean(mixture(x, ww)) - .1),
    root(function(x) lower(x, ww)), root(function(x) lower(x, ww) - .1)))
}

# 17. The same mean, its weights not trimmed and known to be estimated: estimating equations of linkage, response and mean
# stacked, their derivative by central differences, a unit's terms summed by person; a later response without a
# partner stands alone. The person's own term is that of CR2.
xr <- model.matrix(~ module + role + x, study); zl <- model.matrix(~ module, later); zf <- model.matrix(~ module, study)
q <- ncol(zl); p <- ncol(xr); d0 <- ifelse(kept, study$d, 0)
models <- function(theta) {
  s <- drop(plogis(zf %*% theta[1:q])); e <- drop(xr %*% theta[q + 1:p]); pi <- s * plogis(e)
  list(link = zl * (later$linked - drop(plogis(zl %*% theta[1:q]))),
       respond = xr * (s * dlogis(e) * (kept - pi) / (pi * (1 - pi))), w = kept / pi)
}
totals <- function(theta) { m <- models(theta[-length(theta)]); c(colSums(m$link), colSums(m$respond), sum(m$w * (d0 - theta[length(theta)]))) }
theta <- c(coef(link_fit), coef(respond)); m <- models(theta); theta <- c(theta, sum(m$w * d0) / sum(m$w)); mu <- theta[length(theta)]
A <- sapply(seq_along(theta), function(j) { h <- replace(0 * theta, j, 1e-5); (totals(theta + h) - totals(theta - h)) / 2e-5 })
w1 <- (m$w / mean(m$w[kept]))[kept]; n1 <- sum(kept); own <- rep(0, nrow(study))
for (g in unique(study$person[kept])) {
  at <- study$person[kept] == g; wg <- w1[at]; one <- rep(1, sum(at))
  B <- diag(sum(at)) - (outer(one, wg) + outer(wg, one)) / n1 + sum(w1^2) / n1^2
  ev <- eigen(B, symmetric = TRUE); root <- ev$vectors %*% diag(1 / sqrt(ev$values), sum(at)) %*% t(ev$vectors)
  own[kept][at] <- drop(root %*% wg) * (d0[kept][at] - mu) * mean(m$w[kept])
}
psi <- matrix(0, nrow(study) + nrow(later), length(theta))
psi[seq_len(nrow(study)), q + 1:p] <- m$respond; psi[seq_len(nrow(study)), length(theta)] <- own
psi[nrow(study) + seq_len(nrow(later)), 1:q] <- m$link
unit <- c(study$person, ifelse(later$linked, later$person, 1000 + seq_len(nrow(later))))
influence <- -drop(psi %*% solve(A)[length(theta), ])
rows("estimated", c("estimate", "se"), c(mu, sqrt(sum(tapply(influence, unit, sum)^2))))
