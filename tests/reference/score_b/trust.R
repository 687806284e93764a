# Independent values for tests/score/test_trust_reference.py, in base R:
#   Rscript tests/reference/score_b/trust.R
# correlations.csv  Kendall's tau-b and Spearman's rho of all pairs of the published rank columns (22 cities, with ties)
# scores.csv        a table of scores and weights to work on
# removal.csv       rank with and without every dimension
# intervals.csv     interval of each weight that keeps the whole order, by bisection to 1e-12
# shares.csv        type 1 quantiles of ranks over all 10 x 10 x 10 grid weights
here <- "tests/reference/score_b"
cities <- read.csv("geobri/data/published/bri22_cities.csv")
columns <- grep("^rank_", names(cities), value = TRUE)
rows <- list()
for (a in seq_along(columns)) for (b in seq_along(columns)) if (a < b) {
  x <- cities[[columns[a]]]; y <- cities[[columns[b]]]
  rows[[length(rows) + 1]] <- data.frame(first = columns[a], second = columns[b],
    tau_b = cor(x, y, method = "kendall"), rho = cor(x, y, method = "spearman"))
}
write.csv(do.call(rbind, rows), file.path(here, "correlations.csv"), row.names = FALSE)

set.seed(20211022)
scores <- matrix(round(runif(9 * 4, 0, 100), 2), 9, dimnames = list(letters[1:9], c("d1", "d2", "d3", "d4")))
w <- c(d1 = 0.4, d2 = 0.3, d3 = 0.2, d4 = 0.1)
write.csv(rbind(data.frame(city = rownames(scores), scores), data.frame(city = "weight", t(w))),
  file.path(here, "scores.csv"), row.names = FALSE)

place <- function(s) rank(-s, ties.method = "min")
removal <- do.call(rbind, lapply(names(w), function(d) {
  left <- w; left[d] <- 0; left <- left / sum(left)
  data.frame(removed = d, city = rownames(scores), rank_with = place(scores %*% w), rank_without = place(scores %*% left))
}))
write.csv(removal, file.path(here, "removal.csv"), row.names = FALSE)

now <- place(scores %*% w)
moved <- function(d, v) { new <- w; new[names(w) != d] <- w[names(w) != d] / (1 - w[d]) * (1 - v); new[d] <- v; new }
kept <- function(d, v) all(place(scores %*% moved(d, v)) == now)
edge <- function(d, outside) {
  if (kept(d, outside)) return(outside)
  inside <- w[[d]]
  while (abs(inside - outside) > 1e-12) { middle <- (inside + outside) / 2; if (kept(d, middle)) inside <- middle else outside <- middle }
  inside
}
write.csv(data.frame(node = names(w), lower = sapply(names(w), edge, outside = 0), upper = sapply(names(w), edge, outside = 1)),
  file.path(here, "intervals.csv"), row.names = FALSE)

grid <- expand.grid(a = (1:10) / 10, b = (1:10) / 10, c = (1:10) / 10, d = 1)
ranks <- apply(as.matrix(grid), 1, function(v) place(scores %*% (v / sum(v))))
write.csv(data.frame(city = rownames(scores), mean = rowMeans(ranks),
  lower = apply(ranks, 1, quantile, 0.05, type = 1), upper = apply(ranks, 1, quantile, 0.95, type = 1),
  first = rowMeans(ranks == 1)), file.path(here, "shares.csv"), row.names = FALSE)
