# Expected numbers of tests/test_robust.py: the paired t test and the CR2 variance with Satterthwaite df.
suppressMessages(library(clubSandwich))
options(digits = 15)
show <- function(name, ...) cat(name, format(c(...), digits = 15), "\n")

cr2 <- function(name, d, cluster) {
  fit <- lm(d ~ 1)
  test <- coef_test(fit, vcov = "CR2", cluster = cluster, test = "Satterthwaite")
  ci <- conf_int(fit, vcov = "CR2", cluster = cluster, test = "Satterthwaite", level = .95)
  show(name, test$beta, test$SE, ci$CI_L, ci$CI_U, test$tstat, test$df_Satt, test$p_Satt)
}

# Lakens (2013), movie data
a <- c(9, 7, 8, 9, 8, 9, 9, 10, 9, 9); b <- c(9, 6, 7, 8, 7, 9, 8, 8, 8, 7)
t <- t.test(a, b, paired = TRUE)
show("lakens", t$estimate, t$stderr, t$conf.int, t$statistic, t$parameter, t$p.value)
cr2("lakens_cr2", a - b, seq_along(a))

# Student's sleep
s <- with(sleep, extra[group == 2] - extra[group == 1])
t <- t.test(s)
show("sleep", t$estimate, t$stderr, t$conf.int, t$statistic, t$parameter, t$p.value)

# unbalanced people: sizes 1, 2, 3, 1, 4, 2
d <- c(.5, 1, -.25, 0, .75, 1.25, -.5, 1, 1.5, .25, .25, 0, 2)
person <- c("p1", "p2", "p2", "p3", "p3", "p3", "p4", "p5", "p5", "p5", "p5", "p6", "p6")
cr2("unbalanced", d, person)

# one person dominates
d2 <- c(1, 2, 3, 1, 2, 2, 0, 1); person2 <- c(1, 1, 1, 1, 1, 1, 2, 3)
cr2("dominated", d2, person2)

# 60 people with 1 to 6 pairs, made by integer arithmetic so that Python makes the same
size <- (0:59 * 7) %% 6 + 1
who <- rep(0:59, size)
k <- seq_along(who) - 1
x <- ((k * 37) %% 17 - 8) / 4 + ((who * 13) %% 11 - 4) / 5
cr2("many", x, who)
