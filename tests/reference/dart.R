# The published tests of DART (Hartman et al. 2025, doi:10.1371/journal.pcbi.1013249), straight from the raw exports, with none of
# this project's code. Run: Rscript tests/reference/dart.R <folder with the exports>. R 4.2.2 or later, base only.
# It prints aggregated results only; tests/test_dart.py holds them beside the line that made them.
folder <- commandArgs(trailingOnly = TRUE)[1]
export <- function(name) read.csv(file.path(folder, name), check.names = FALSE)
pre <- export("nih_pre.codes.csv")
post <- export("nih_post.codes.csv")
exit <- export("exit_survey.codes.csv")
cohort <- export("participant_waves.csv")
pathway <- export("participant_pathways.csv")
career <- export("demographics.labels.csv")

between <- function(first, last) names(pre)[match(first, names(pre)):match(last, names(pre))]
scales <- list(ability = between("findable", "atomize"), open_science = between("data_storage_1", "code_efficient"))
stopifnot(lengths(scales) == c(35, 20), identical(names(pre), names(post)))
score <- function(answers, items) {
  mean <- rowMeans(answers[items], na.rm = TRUE)
  ifelse(is.nan(mean), NA, mean)
}
any_of <- function(items) exit$record_id[rowSums(!is.na(exit[items])) > 0]
of_cohort <- function(number) cohort$record_id[cohort$wave == number]
engaged <- any_of(c("completed_modules", "interaction_how_often"))
fit <- any_of(c("module_expectations", "fit_expertise", "coherent_pathway", "fit_relevance", "fit_learn"))
groups <- list(
  wave1 = intersect(of_cohort(1), engaged),
  wave2 = intersect(of_cohort(2), intersect(any_of("asynch"), fit)),
  wave2_all = of_cohort(2),
  everyone = cohort$record_id
)
show <- function(name, people) {
  for (scale in names(scales)) {
    before <- setNames(score(pre, scales[[scale]]), pre$record_id)[as.character(people)]
    after <- setNames(score(post, scales[[scale]]), post$record_id)[as.character(people)]
    both <- !is.na(before) & !is.na(after)
    if (sum(both) < 2) next
    t <- t.test(after[both], before[both], paired = TRUE)
    cat(name, scale, sum(both), format(c(t$estimate, t$conf.int, t$statistic, t$parameter, t$p.value,
      mean(before[both]), mean(after[both])), digits = 15), "\n")
  }
}
for (name in names(groups)) show(name, groups[[name]])
for (name in c("camellia", "marigold")) {
  show(paste0("wave2_by_pathway/", name), intersect(groups$wave2, pathway$record_id[pathway$pathway == name]))
}
show("wave2_by_role/Research staff", intersect(groups$wave2, career$record_id[career$career_stage == "Research staff"]))
cat("responses", nrow(pre), nrow(post), "of them empty", sum(rowSums(!is.na(pre[-1])) == 0), sum(rowSums(!is.na(post[-1])) == 0), "\n")
