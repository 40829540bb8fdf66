# Expected numbers of tests/test_mixed.py: Rscript tests/reference/mixed.R > tests/reference/mixed.csv
# lme4 1.1-31, lmerTest 3.1-3 (R 4.2.2). Data are made by integer arithmetic so that Python makes the same.
suppressMessages(library(lmerTest))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10), calc.derivs = FALSE)
cat("case,quantity,value\n")
row <- function(case, quantity, value) cat(case, ",", quantity, ",", sprintf("%.12g", value), "\n", sep = "")
show <- function(case, fit, contrasts = NULL) {
  for (j in seq_along(fixef(fit))) row(case, paste0("beta", j - 1), fixef(fit)[[j]])
  for (j in seq_along(fixef(fit))) row(case, paste0("se", j - 1), sqrt(diag(as.matrix(vcov(fit))))[[j]])
  v <- as.data.frame(VarCorr(fit))
  for (j in seq_len(nrow(v))) row(case, paste0("variance.", v$grp[j]), v$vcov[j])
  reml <- isREML(fit)
  row(case, "criterion", if (reml) REMLcrit(fit) else -2 * as.numeric(logLik(fit)))
  if (reml) {
    s <- summary(fit, ddf = "Satterthwaite")$coefficients
    for (j in seq_len(nrow(s))) { row(case, paste0("df", j - 1), s[j, "df"]); row(case, paste0("p", j - 1), s[j, "Pr(>|t|)"]) }
  }
  for (name in names(contrasts)) {
    c1 <- contest1D(fit, contrasts[[name]], confint = TRUE)
    for (q in c("Estimate", "Std. Error", "df", "lower", "upper")) row(case, paste0(name, ".", sub("Std. Error", "se", q)), c1[[q]])
  }
}

# 1. balanced one way: 20 groups of 3
k <- 0:59; one <- data.frame(y = ((k * 37) %% 17 - 8) / 4 + ((k %/% 3 * 13) %% 11 - 4) / 5, g = k %/% 3, x = k %% 3)
show("balanced", lmer(y ~ 1 + (1 | g), one, control = control))
show("balanced_slope", lmer(y ~ x + (1 | g), one, control = control))
show("balanced_ml", lmer(y ~ x + (1 | g), one, REML = FALSE, control = control))

# 2. unbalanced: 60 people with 1 to 6 responses
size <- (0:59 * 7) %% 6 + 1; who <- rep(0:59, size); k <- seq_along(who) - 1
two <- data.frame(y = 3 + ((k * 37) %% 17 - 8) / 8 + ((who * 13) %% 11 - 4) / 5, who = who, wave = factor(k %% 3))
show("unbalanced", lmer(y ~ wave + (1 | who), two, control = control), list("wave1_to_2" = c(0, -1, 1)))
show("unbalanced_ml", lmer(y ~ wave + (1 | who), two, REML = FALSE, control = control))

# 3. nested: 50 people, 1 to 3 modules each, 1 to 3 waves of each
cells <- do.call(rbind, lapply(0:49, function(p) data.frame(p = p, m = 0:(p %% 3))))
rows <- do.call(rbind, lapply(seq_len(nrow(cells)), function(i) {
  waves <- which(c(TRUE, (i * 5) %% 4 > 0, (i * 7) %% 3 > 0)) - 1
  data.frame(cells[i, ], w = waves)
}))
k <- seq_len(nrow(rows)) - 1
rows$y <- 3 + .4 * (rows$w > 0) - .1 * (rows$w > 1) + ((rows$p * 29) %% 13 - 6) / 10 +
  (((rows$p * 3 + rows$m) * 17) %% 7 - 3) / 8 + ((k * 31) %% 19 - 9) / 20
rows$wave <- factor(rows$w)
show("nested", lmer(y ~ wave + (1 | p) + (1 | p:m), rows, control = control), list("wave1_to_2" = c(0, -1, 1)))
show("nested_ml", lmer(y ~ wave + (1 | p) + (1 | p:m), rows, REML = FALSE, control = control))
show("nested_person_only", lmer(y ~ wave + (1 | p), rows, control = control))
linked <- rows[rows$w == 0 | rows$p %% 4 > 0, ]
show("nested_linked_only", lmer(y ~ wave + (1 | p) + (1 | p:m), linked, control = control))

# 4. no variance between groups: the estimate lies on the boundary
flat <- data.frame(y = rep(c(1, 2, 4, 5), 10) + rep(c(0, .1), each = 2, times = 10), g = rep(0:9, each = 4))
show("boundary", suppressMessages(lmer(y ~ 1 + (1 | g), flat, control = control)))
