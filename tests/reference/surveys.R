# Expected numbers for prepost.surveys, from R 4.2.2, survey 4.1-1, sandwich 3.0-2:
#   Rscript tests/reference/surveys.R > tests/reference/surveys.csv
# surveys_answers.csv is invented: 360 answers in 60 clusters of three strata.
suppressMessages({library(survey); library(sandwich)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
d <- read.csv(file.path(here, "surveys_answers.csv"))
say <- function(name, ...) cat(name, ",", paste(format(c(...), digits = 16), collapse = ","), "\n", sep = "")
control <- list(maxit = 500, epsilon = 1e-10)
one <- rep(1, nrow(d))
margins <- list(data.frame(a = 0:2, Freq = c(160, 120, 80)), data.frame(b = 0:1, Freq = c(180, 180)),
                data.frame(c = 0:3, Freq = c(130, 110, 70, 50)))
raked_on <- function(design) rake(design, list(~a, ~b, ~c), margins, control = control)
plain <- raked_on(svydesign(ids = ~1, weights = one, data = d))
clustered <- raked_on(svydesign(ids = ~cluster, weights = one, data = d))
stratified <- svydesign(ids = ~cluster, strata = ~stratum, weights = one, data = d)
say("weights", weights(plain))
say("mean_raked", coef(m <- svymean(~v, plain)), SE(m))
say("mean_raked_clustered", coef(m <- svymean(~v, clustered)), SE(m))
say("mean_stratified", coef(m <- svymean(~v, stratified)), SE(m))
say("total_raked_clustered", coef(m <- svytotal(~v, clustered)), SE(m))
inside <- subset(plain, group == 2)
say("mean_in_group", coef(m <- svymean(~v, inside)), SE(m))
cip <- function(design, df) {p <- svyciprop(~y, design, method = "logit", df = df); c(coef(p), attr(p, "ci"))}
say("share_logit", cip(plain, nrow(d) - 1))
say("share_logit_in_group", cip(inside, sum(d$group == 2) - 1))
say("share_logit_clustered", cip(clustered, 59))
rs <- function(design) {t <- svychisq(~y + group, design); c(t$statistic, t$parameter, t$p.value)}
say("rao_scott", rs(plain))
say("rao_scott_clustered", rs(clustered))
say("rao_scott_in_part", rs(subset(plain, c < 2)))
rep_design <- raked_on(as.svrepdesign(svydesign(ids = ~cluster, weights = one, data = d), type = "JK1"))
say("jackknife_raked", coef(m <- svymean(~v, rep_design)), SE(m))
w <- weights(plain)
say("kish", length(w) * sum(w^2) / sum(w)^2, sum(w)^2 / sum(w^2))
for (model in c("r ~ k", "r ~ k + factor(a) + b")) {
  fit <- glm(as.formula(model), family = poisson(link = "log"), data = d, control = list(epsilon = 1e-14, maxit = 100))
  v <- vcovCL(fit, cluster = ~cluster, type = "HC0")
  say(if (model == "r ~ k") "poisson" else "poisson_adjusted", coef(fit), sqrt(diag(v)))
}
b <- sum(d$first == 1 & d$second == 0); k <- sum(d$first == 0 & d$second == 1)
say("mcnemar_exact", binom.test(b, b + k)$p.value, b, k)
say("margins_mcnemar", sapply(c(259, 305), function(n11) mcnemar.test(
  matrix(c(n11, 512 - n11, 305 - n11, 558 - 512 - 305 + n11), 2), correct = FALSE)$statistic))
data(api)
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
school <- function(design) rake(design, list(~stype, ~sch.wide), list(types, wide), control = control)
for (fpc in c(TRUE, FALSE)) {
  clus <- if (fpc) svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
          else svydesign(id = ~dnum, weights = ~pw, data = apiclus1)
  m <- svymean(~api00, school(clus)); j <- svymean(~api00, school(as.svrepdesign(clus, type = "JK1")))
  say(if (fpc) "apiclus1_fpc" else "apiclus1", coef(m), SE(m), SE(j))
}
m <- svytotal(~enroll, school(svydesign(id = ~dnum, weights = ~pw, data = apiclus1)))
say("apiclus1_enroll", coef(m), SE(m))
strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
m <- svymean(~api00, strat, deff = TRUE)
say("apistrat", coef(m), SE(m), deff(m))
