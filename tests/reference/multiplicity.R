# Expected numbers of tests/test_multiplicity.py.
show <- function(name, ...) cat(name, format(c(...), digits = 15), "\n")
p <- c(.01, .02, .03, .04, .05)
show("holm", p.adjust(p, "holm")); show("BH", p.adjust(p, "BH"))
q <- c(.0003, .5, NA, .003, .054, .32, 1)
show("holm NA", p.adjust(q, "holm")); show("BH NA", p.adjust(q, "BH"))
