# The published tests of DART (Hartman et al. 2025, doi:10.1371/journal.pcbi.1013249), straight from the raw exports, with none of
# this project's code. Run: Rscript tests/reference/dart.R <folder with the exports> > tests/reference/dart.csv
# Base R only (made with R 4.2.2). It writes aggregated results only, no row of a person.
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
cat("comparison,outcome,group,n,estimate,ci_low,ci_high,statistic,df,p,mean_before,mean_after\n")
show <- function(name, people, group = "all.all") {
  for (scale in names(scales)) {
    before <- setNames(score(pre, scales[[scale]]), pre$record_id)[as.character(people)]
    after <- setNames(score(post, scales[[scale]]), post$record_id)[as.character(people)]
    both <- !is.na(before) & !is.na(after)
    t <- t.test(after[both], before[both], paired = TRUE)
    numbers <- c(t$estimate, t$conf.int, t$statistic, t$parameter, t$p.value, mean(before[both]), mean(after[both]))
    cat(paste(c(name, scale, group, sum(both), sprintf("%.15g", numbers)), collapse = ","), "\n", sep = "")
  }
}
for (name in names(groups)) show(name, groups[[name]])
for (name in c("camellia", "marigold")) {
  show("wave2_by_pathway", intersect(groups$wave2, pathway$record_id[pathway$pathway == name]), paste0("module.", name))
}
staff <- career$record_id[career$career_stage == "Research staff"]
show("wave2_by_role", intersect(groups$wave2, staff), "role.research-staff")
# Rows of the exports: 493, 305, 296, 496, 634, 516; empty of all items: 0 before, 1 after.
rows <- sapply(list(pre, post, exit, career, cohort, pathway), nrow)
empty <- c(sum(rowSums(!is.na(pre[-1])) == 0), sum(rowSums(!is.na(post[-1])) == 0))
stopifnot(rows == c(493, 305, 296, 496, 634, 516), empty == c(0, 1))
