# The primary rows of golden/comparisons.csv a third time, from R: Rscript tests/toy_study/clubsandwich.R
# Changes and learners as in the README's table of pairs (R 4.2, clubSandwich).
library(clubSandwich)
confidence <- data.frame(
  who = c(1, 1, 2, 2, 3:16, 18, 19),
  change = c(3, 2, -1, 0, 4, 2, 0, 0, 0, 0, -1, -1, 4, 2, 2, 2, 0, 0, 2, 0))
knowledge <- data.frame(
  who = c(1, 1, 2, 2, 3:14, 18, 19),
  change = c(4, 2, 2, 0, 4, 2, 0, 0, 1, 1, -1, -1, 3, 1, 0, -2, 1, 1))
options(digits = 10)
for (d in list(confidence, knowledge)) {
  m <- lm(change ~ 1, data = d)
  r <- coef_test(m, vcov = "CR2", cluster = d$who, test = "Satterthwaite")
  ci <- conf_int(m, vcov = "CR2", cluster = d$who)
  cat(r$beta, r$tstat, r$df_Satt, r$p_Satt, ci$CI_L, ci$CI_U, "\n")
}
# 1 2.581988897 15.67882038 0.02029683684 0.1775951701 1.82240483
# 1 2.449489743 13.74145617 0.02835624156 0.122846406 1.877153594
