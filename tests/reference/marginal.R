# Expected numbers of tests/test_marginal.py. Run from the project's folder:
#   Rscript tests/reference/marginal.R > tests/reference/marginal.csv
suppressMessages(library(coin))
cat("case,quantity,value\n")
show <- function(case, quantity, value) cat(sprintf("%s,%s,%.15g\n", case, quantity, value), sep = "")

# Written out from the papers, in base R: Stuart (1955) and Bhapkar (1966), for pairs of answers.
homogeneity <- function(case, before, after) {
  used <- sort(unique(c(before, after))); k <- used[-length(used)]; n <- length(before)
  D <- 1 * outer(after, k, "==") - outer(before, k, "=="); d <- colSums(D)
  M <- c(d %*% solve(crossprod(D)) %*% d); B <- c(d %*% solve(crossprod(D) - tcrossprod(d) / n) %*% d)
  show(case, c("stuart_maxwell", "p_stuart_maxwell", "bhapkar", "p_bhapkar", "df"),
       c(M, pchisq(M, length(k), lower.tail = FALSE), B, pchisq(B, length(k), lower.tail = FALSE), length(k)))
  answers <- factor(c(before, after), levels = used)
  wave <- factor(rep(c("before", "after"), each = n)); block <- factor(rep(seq_len(n), 2))
  show(case, "coin_mh_test", statistic(mh_test(answers ~ wave | block)))
}
spread <- function(table) {
  cells <- which(table > 0, arr.ind = TRUE); times <- table[cells]
  list(before = rep(cells[, 1], times), after = rep(cells[, 2], times))
}
# Stuart (1955): unaided distance vision of 7,477 women, right eye against left
vision <- matrix(c(1520, 266, 124, 66, 234, 1512, 432, 78, 117, 362, 1772, 205, 36, 82, 179, 492), 4, byrow = TRUE)
eyes <- spread(vision); homogeneity("vision", eyes$before, eyes$after)
# Five answers, one never used
likert <- matrix(0, 5, 5)
likert[cbind(c(1, 1, 3, 3, 3, 4, 4, 4, 5, 5), c(1, 3, 3, 4, 5, 3, 4, 5, 4, 5))] <- c(3, 2, 20, 15, 4, 3, 30, 18, 6, 25)
five <- spread(likert); homogeneity("unused", five$before, five$after)
# The invented answers, first completion of a person; then all, clustered on the person
d <- read.csv("tests/reference/clmm_answers.csv")
pairs <- merge(d[d$time == 0, ], d[d$time == 1, ], by = c("person", "module"))
first <- pairs[pairs$module == ave(pairs$module, pairs$person, FUN = min), ]
homogeneity("first", first$y.x, first$y.y)
D <- 1 * outer(pairs$y.y, 1:4, "==") - outer(pairs$y.x, 1:4, "=="); total <- colSums(D)
sums <- rowsum(sweep(D, 2, colMeans(D)), pairs$person)
W <- c(total %*% solve(crossprod(sums)) %*% total)
show("clustered", c("bhapkar", "p_bhapkar"), c(W, pchisq(W, 4, lower.tail = FALSE)))

mcnemar <- function(case, both, lost, gained, neither) {
  table <- matrix(c(both, lost, gained, neither), 2, byrow = TRUE)
  plain <- mcnemar.test(table, correct = FALSE); corrected <- mcnemar.test(table)
  show(case, c("statistic", "p", "statistic_corrected", "p_corrected", "p_exact"),
       c(plain$statistic, plain$p.value, corrected$statistic, corrected$p.value, binom.test(gained, gained + lost)$p.value))
  # Newcombe (1998), method 10, after minus before
  n <- sum(table); w1 <- prop.test(both + lost, n, correct = FALSE)$conf.int; w2 <- prop.test(both + gained, n, correct = FALSE)$conf.int
  p1 <- (both + lost) / n; p2 <- (both + gained) / n; det <- both * neither - lost * gained
  if (det > 0) det <- max(det - n / 2, 0)
  margins <- (both + lost) * (gained + neither) * (both + gained) * (lost + neither)
  phi <- if (margins > 0) det / sqrt(margins) else 0
  root <- function(a, b) sqrt(a^2 - 2 * phi * a * b + b^2)
  show(case, c("difference", "low", "high"), c(p2 - p1, p2 - p1 - root(p2 - w2[1], w1[2] - p1), p2 - p1 + root(w2[2] - p2, p1 - w1[1])))
}
options(warn = -1)
mcnemar("survey", 794, 150, 86, 570)   # the table of ?mcnemar.test: approval of a president
mcnemar("newcombe", 36, 12, 2, 0)
mcnemar("few", 14, 0, 5, 22)
mcnemar("apart", 3, 9, 11, 2)
