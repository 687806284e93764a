# Two results that textbooks and manuals print: the Mantel test of lichen pastures in the manual of vegan, and the QAP
# correlation of marriage and business among Florentine families. Run from this folder: Rscript textbook.R
suppressMessages({library(vegan); library(sna)})
options(digits = 17)
data(varespec); data(varechem)
species <- vegdist(wisconsin(varespec)); soil <- vegdist(scale(varechem), "euclid")
n <- attr(species, "Size")
at <- which(lower.tri(matrix(0, n, n)), arr.ind = TRUE)
write.csv(data.frame(row = at[, 1] - 1, column = at[, 2] - 1, species = as.vector(species), soil = as.vector(soil)), "lichen.csv", row.names = FALSE)
set.seed(1)
pearson <- mantel(species, soil, permutations = 9999); spearman <- mantel(species, soil, method = "spear", permutations = 9999)

families <- c("Acciaiuoli", "Albizzi", "Barbadori", "Bischeri", "Castellani", "Ginori", "Guadagni", "Lamberteschi", "Medici", "Pazzi", "Peruzzi", "Pucci", "Ridolfi", "Salviati", "Strozzi", "Tornabuoni")
ties <- read.csv("florentine.csv")
lay <- function(kind) { m <- matrix(0, 16, 16, dimnames = list(families, families)); e <- ties[ties$tie == kind, ]; m[cbind(e$one, e$other)] <- 1; m[cbind(e$other, e$one)] <- 1; m }
marriage <- lay("marriage"); business <- lay("business")
q <- qaptest(list(marriage, business), gcor, g1 = 1, g2 = 2, reps = 9999)
write.csv(data.frame(test = c("lichen pearson", "lichen spearman", "florentine"),
  statistic = c(pearson$statistic, spearman$statistic, q$testval), p = c(pearson$signif, spearman$signif, mean(q$dist >= q$testval))), "textbook.csv", row.names = FALSE)
