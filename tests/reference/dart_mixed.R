# The published model of DART's first cohort (Hartman et al. 2025, doi:10.1371/journal.pcbi.1013249): change on a random
# intercept for pathway. Rscript tests/reference/dart_mixed.R <folder with the exports>; aggregated results only.
suppressMessages(library(lme4))
folder <- commandArgs(trailingOnly = TRUE)[1]
export <- function(name) read.csv(file.path(folder, name), check.names = FALSE)
pre <- export("nih_pre.codes.csv"); post <- export("nih_post.codes.csv"); exit <- export("exit_survey.codes.csv")
cohort <- export("participant_waves.csv"); pathway <- export("participant_pathways.csv")
ids <- intersect(cohort$record_id[cohort$wave == 1], exit$record_id[rowSums(!is.na(exit[c("completed_modules", "interaction_how_often")])) > 0])
items <- names(pre)[match("findable", names(pre)):match("atomize", names(pre))]
score <- function(answers) setNames(rowMeans(answers[items], na.rm = TRUE), answers$record_id)[as.character(ids)]
change <- score(post) - score(pre)
d <- data.frame(change, pathway = pathway$pathway[match(ids, pathway$record_id)])
print(summary(lmer(change ~ 1 + (1 | pathway), d[!is.na(d$change), ])), digits = 7)
