# Answers of 400 invented people to two scales of four items at three waves, and of one item used in four of five
# categories: Rscript tests/reference/measurement_answers.R > tests/reference/measurement_answers.csv
# Scale a..d keeps its intercepts; in scale e..h item g rises by more than the factor after the first wave. Item h works
# differently in role "clinical" at every wave.
set.seed(20260401)
n <- 400
role <- sample(c("clinical", "manager", "other"), n, TRUE, c(.5, .25, .25))
trait <- rnorm(n)
cut5 <- function(x, cuts = c(-1.6, -.7, .3, 1.4)) findInterval(x, cuts) + 1
out <- data.frame(role = role)
for (scale in 1:2) {
  own <- matrix(rnorm(n * 4, sd = .5), n)
  for (w in 1:3) {
    f <- .8 * trait + rnorm(n, sd = .6) + c(0, .5, .35)[w]
    for (i in 1:4) {
      x <- c(.9, .8, .7, 1)[i] * f + own[, i] + rnorm(n, sd = .6)
      if (scale == 2 && i == 3 && w > 1) x <- x + .9
      if (scale == 2 && i == 4) x <- x + .8 * (role == "clinical")
      out[[paste0(letters[(scale - 1) * 4 + i], w)]] <- cut5(x)
    }
  }
}
write.csv(out, row.names = FALSE, quote = FALSE)
