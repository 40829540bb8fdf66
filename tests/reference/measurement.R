# Expected numbers of tests/test_measurement.py: Rscript tests/reference/measurement.R > tests/reference/measurement.csv
suppressMessages({library(lavaan); library(polycor); library(MASS); library(psych)})
show <- function(name, ...) cat(paste(c(name, sprintf("%.15g", c(...))), collapse = ","), "\n", sep = "")
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
x <- read.csv(file.path(here, "measurement_answers.csv"))
n <- nrow(x)

# two-step polychoric correlations; lavaan gives the same
show("polychoric a1 b1", polychor(x$a1, x$b1, ML = FALSE))
show("polychoric g2 h3", polychor(x$g2, x$h3, ML = FALSE))
show("polychoric a1 role", polychor(x$a1, as.integer(x$role == "clinical"), ML = FALSE))
pair <- function(a, b) { d <- data.frame(a, b); lavCor(d, ordered = c("a", "b"))[2, 1] }
show("lavCor pairs", pair(x$a1, x$b1), pair(x$g2, x$h3), pair(x$a1, as.integer(x$role == "clinical")))
four <- x[, c("e1", "f1", "g1", "h1")]; four$g1 <- pmin(four$g1, 4)          # one category unused
R <- unclass(lavCor(four, ordered = names(four)))
show("lavCor", R[lower.tri(R)])
for (w in 1:3) for (s in c("abcd", "efgh")) {
  v <- paste0(strsplit(s, "")[[1]], w); d <- x[, v]
  R <- unclass(lavCor(d, ordered = v))
  a <- suppressMessages(suppressWarnings(alpha(as.matrix(R), check.keys = FALSE, warnings = FALSE)$total$raw_alpha))
  f <- cfa(paste("F =~", paste(v, collapse = " + ")), d, ordered = v, estimator = "ULS", std.lv = TRUE)
  l <- lavInspect(f, "est")$lambda[, 1]
  show(paste("ordinal", s, w), a, sum(l)^2 / (sum(l)^2 + sum(1 - l^2)), l)
}

measures <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
tight <- list(iter.max = 5000)
# one factor, ML
for (s in c("abcd", "efgh")) {
  v <- paste0(strsplit(s, "")[[1]], 1)
  f <- cfa(paste("F =~", paste(v, collapse = " + ")), x[, v], std.lv = TRUE, meanstructure = TRUE, control = tight)
  show(paste("one", s), fitMeasures(f, measures))
  pe <- parameterEstimates(f); l <- pe[pe$op == "=~", ]; th <- pe[pe$op == "~~" & pe$lhs %in% v, "est"]
  show(paste("one loadings", s), l$est, l$se, sum(l$est)^2 / (sum(l$est)^2 + sum(th)))
}

# longitudinal: a factor a wave, the same item's residuals correlated over waves
syntax <- function(items, W, level, loose = "") {
  part <- c()
  for (w in 1:W) {
    part <- c(part, if (level == "configural") paste0("F", w, " =~ ", paste0("NA*", items, w, collapse = " + "))
              else paste0("F", w, " =~ ", paste0("NA*", items, w, " + l", seq_along(items), "*", items, w, collapse = " + ")))
    part <- c(part, if (w == 1 || level == "configural") paste0("F", w, " ~~ 1*F", w) else paste0("F", w, " ~~ NA*F", w))
    for (i in seq_along(items))
      part <- c(part, paste0(items[i], w, " ~ ", if (level == "scalar" && items[i] != loose) paste0("i", i, "*") else "", "1"))
    part <- c(part, paste0("F", w, " ~ ", if (w > 1 && level == "scalar") "NA*1" else "0*1"))
    if (w > 1) for (v in 1:(w - 1)) part <- c(part, paste0("F", v, " ~~ F", w), paste0(items, v, " ~~ ", items, w))
  }
  paste(part, collapse = "\n")
}
for (s in c("abcd", "efgh")) for (W in 2:3) {
  items <- strsplit(s, "")[[1]]
  for (level in c("configural", "metric", "scalar")) {
    f <- lavaan(syntax(items, W, level), x, auto.var = TRUE, meanstructure = TRUE, control = tight)
    show(paste(s, W, level), fitMeasures(f, measures))
    if (level == "scalar") {
      pe <- parameterEstimates(f); m <- pe[pe$op == "~1" & pe$lhs %in% paste0("F", 2:W), ]
      show(paste(s, W, "means"), m$est, m$se)
      full <- fitMeasures(f, "chisq")
      show(paste(s, W, "freed"), sapply(items, function(i) full - fitMeasures(
        lavaan(syntax(items, W, level, i), x, auto.var = TRUE, meanstructure = TRUE, control = tight), "chisq")))
    }
  }
}

f <- lavaan(syntax(c("e", "f", "g", "h"), 3, "scalar", "g"), x, auto.var = TRUE, meanstructure = TRUE, control = tight)
pe <- parameterEstimates(f); m <- pe[pe$op == "~1" & pe$lhs %in% c("F2", "F3"), ]
show("partial means", m$est, m$se)

# item functioning by role: likelihood-ratio tests of cumulative logits, Nagelkerke's R2
for (i in c("e1", "h1", "h3")) {
  v <- paste0(c("e", "f", "g", "h"), substr(i, 2, 2))
  d <- data.frame(y = factor(x[[i]]), s = rowMeans(x[, v]), r = x$role)
  tight2 <- list(reltol = 1e-14, maxit = 2000)
  m <- list(polr(y ~ 1, d, control = tight2), polr(y ~ s, d, control = tight2), polr(y ~ s + r, d, control = tight2),
            polr(y ~ s * r, d, control = tight2))
  ll <- sapply(m, function(f) as.numeric(logLik(f)))
  r2 <- (1 - exp(2 * (ll[1] - ll) / n)) / (1 - exp(2 * ll[1] / n))
  show(paste("dif", i), 2 * (ll[3] - ll[2]), 2 * (ll[4] - ll[3]), 2 * (ll[4] - ll[2]),
       pchisq(2 * (ll[3:4] - ll[2:3]), 2, lower.tail = FALSE), r2[4] - r2[2])
}
