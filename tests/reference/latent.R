# The population-averaged latent change of prepost.specifications.latent, by other means: ordinal::clm for the estimate,
# and the sandwich written out with numerical derivatives. Rscript tests/reference/latent.R > tests/reference/latent.csv
suppressPackageStartupMessages(library(ordinal))
data(wine)
y <- as.integer(wine$rating); after <- as.numeric(wine$temp == "warm"); who <- as.integer(wine$judge)
fit <- clm(factor(y) ~ after)
p <- c(coef(fit)[1:4], coef(fit)[5])
share <- function(p, y, after) {
  edge <- c(-Inf, p[1:4], Inf)
  plogis(edge[y + 1] - p[5] * after) - plogis(edge[y] - p[5] * after)
}
slope <- function(f, p) sapply(seq_along(p), function(k) {
  h <- 1e-6; up <- down <- p; up[k] <- up[k] + h; down[k] <- down[k] - h
  (f(up) - f(down)) / (2 * h)
})
scores <- slope(function(q) log(share(q, y, after)), p)
bread <- matrix(0, 5, 5)
for (when in 0:1) {
  n <- sum(after == when); g <- slope(function(q) share(q, 1:5, when), p); pr <- share(p, 1:5, when)
  bread <- bread + n * t(g) %*% (g / pr)
}
by <- rowsum(scores, who); people <- nrow(by)
v <- solve(bread) %*% (t(by) %*% by * people / (people - 1)) %*% solve(bread)
sd <- pi / sqrt(3)
cat(sprintf("estimate,%.10f\nse,%.10f\n", p[5] / sd, sqrt(v[5, 5]) / sd))
