# Independent reference values for geobri.score, in R with base, MASS, e1071 and vegan.
# Run from this folder:  Rscript reference.R   It writes columns.csv, pairs.csv and reference.csv (committed).
# Nothing here calls geobri; formulas come from the OECD/JRC handbook, Saaty, Diakoulaki et al. and COINr's papers.

options(digits = 17)
set.seed(20211001)
out <- list()
put <- function(what, case, values) {
  values <- unname(values)
  out[[length(out) + 1]] <<- data.frame(what = what, case = case, position = seq_along(values),
                                        value = formatC(values, digits = 17, format = "g"))
}

# ---- columns: 24 units, 4 indicators, with ties, all above 0, one skewed ------------------------------------------
n <- 24
columns <- data.frame(
  a = round(runif(n, 5, 95), 1),
  b = sample(1:9, n, replace = TRUE) + 0,
  c = round(rlnorm(n, 2, 1.2), 3),
  d = round(rnorm(n, 50, 12), 2))
columns$d <- round(columns$d + 0.3 * columns$a, 2)
write.csv(columns, "columns.csv", row.names = FALSE)
X <- as.matrix(columns)

# ---- normalisers ---------------------------------------------------------------------------------------------------
for (name in colnames(X)) for (direction in c(1, -1)) {
  x <- X[, name]; y <- direction * x
  case <- paste0(name, ifelse(direction > 0, "+", "-"))
  put("minmax", case, 100 * (y - min(y)) / diff(range(y)))
  put("zscore", case, as.numeric(scale(y)))
  r <- rank(y, ties.method = "average")
  put("percentile", case, 100 * (r - 0.5) / n)
  put("rank", case, r)
  beaten <- sapply(seq_len(n), function(i) sum(y[i] > y[-i]) + 0.5 * sum(y[i] == y[-i]))
  put("borda", case, beaten)
  put("max_distance", case, 100 * (1 - (max(y) - y) / (max(y) - min(y))))
  target <- direction * quantile(y, 0.8, names = FALSE)
  put("target", case, target)
  put("target_distance", case, pmin(100, 100 * (1 - (direction * target - y) / (direction * target - min(y)))))
  unit <- 7
  while (y[unit] == min(y)) unit <- unit + 1
  put("reference_value", case, x[unit])
  put("reference_distance", case, 100 * (1 - (y[unit] - y) / (y[unit] - min(y))))
  posts <- quantile(x, c(0.1, 0.9), names = FALSE)
  put("posts", case, posts)
  share <- pmin(1, pmax(0, (x - posts[1]) / (posts[2] - posts[1])))
  put("goalposts", case, 100 * if (direction > 0) share else 1 - share)
  put("fraction_of_max", case, if (direction > 0) 100 * x / max(x) else 100 * min(x) / x)
}

# ---- aggregators ----------------------------------------------------------------------------------------------------
N <- apply(X, 2, function(x) 1 + 99 * (x - min(x)) / diff(range(x)))
w <- c(0.4, 0.3, 0.2, 0.1)
put("importance", "all", w)
put("agg_arithmetic", "all", apply(N, 1, weighted.mean, w))
put("agg_geometric", "all", apply(N, 1, function(x) exp(weighted.mean(log(x), w))))
put("agg_harmonic", "all", apply(N, 1, function(x) 1 / weighted.mean(1 / x, w)))
for (p in c(-2, 0.5, 3)) put("agg_generalised", paste0("p=", p), apply(N, 1, function(x) weighted.mean(x^p, w)^(1 / p)))
weighted_median <- function(x, w) {
  o <- order(x); x <- x[o]; s <- cumsum(w[o])
  low <- x[which(s > 0.5 - 1e-12)[1]]; high <- x[which(s > 0.5 + 1e-12)[1]]
  (low + high) / 2
}
put("agg_median", "all", apply(N, 1, weighted_median, w))
even <- rep(0.25, 4)
put("agg_median", "even", apply(N, 1, median))
copeland <- numeric(n)
for (i in 1:n) for (j in 1:n) if (i != j) {
  pro <- sum(w[N[i, ] > N[j, ]]) + 0.5 * sum(w[N[i, ] == N[j, ]])
  copeland[i] <- copeland[i] + ifelse(abs(pro - 0.5) < 1e-12, 0, sign(pro - 0.5))
}
put("agg_copeland", "all", copeland)
points <- apply(N, 2, function(x) sapply(seq_len(n), function(i) sum(x[i] > x[-i]) + 0.5 * sum(x[i] == x[-i])))
put("agg_borda", "all", apply(points, 1, weighted.mean, w))

# ---- weightings -------------------------------------------------------------------------------------------------------
M <- apply(X, 2, function(x) 100 * (x - min(x)) / diff(range(x)))
s <- apply(M, 2, sd)
put("standard_deviation", "all", s / sum(s))
e <- apply(M, 2, function(x) { p <- x / sum(x); p <- p[p > 0]; -sum(p * log(p)) / log(n) })
put("entropy", "all", (1 - e) / sum(1 - e))
conflict <- s * colSums(1 - cor(M))
put("critic", "all", conflict / sum(conflict))
put("pca", "all", prcomp(M, scale. = TRUE)$rotation[, 1]^2)
loss <- function(theta) {
  v <- exp(theta); v <- v / sum(v); r <- cor(M, M %*% v)[, 1]; sum((r - mean(r))^2)
}
best <- NULL
for (start in 1:20) {
  run <- optim(rnorm(4, 0, 0.5), loss, method = "BFGS", control = list(reltol = 1e-16, maxit = 5000))
  if (is.null(best) || run$value < best$value) best <- run
}
put("correlation_optimised", "all", exp(best$par) / sum(exp(best$par)))
A <- matrix(c(1, 3, 5, 1/2, 1/3, 1, 2, 1/4, 1/5, 1/2, 1, 1/6, 2, 4, 6, 1), 4, byrow = TRUE)
v <- rep(1, 4); for (i in 1:500) { v <- A %*% v; v <- v / sum(v) }
lambda <- mean((A %*% v) / v)
put("ahp", "importance", as.numeric(v))
put("ahp", "consistency_ratio", (lambda - 4) / 3 / 0.90)

# ---- outliers -----------------------------------------------------------------------------------------------------------
skewed <- columns$c
skewed[3] <- 400; skewed[11] <- 260
put("skewed", "all", skewed)
put("skewness", "all", e1071::skewness(skewed, type = 2))
put("kurtosis", "all", e1071::kurtosis(skewed, type = 2))
tame <- skewed
k <- 0
while (k < 5 && abs(e1071::skewness(tame, type = 2)) > 2 && e1071::kurtosis(tame, type = 2) > 3.5) {
  k <- k + 1
  tame <- pmin(skewed, sort(skewed, decreasing = TRUE)[k + 1])
}
put("winsorise", "all", tame)
put("winsorise_quantiles", "all", pmin(pmax(skewed, quantile(skewed, 0.05)), quantile(skewed, 0.9)))
moved <- skewed - min(skewed) + 0.01 * diff(range(skewed))
put("log", "all", log(moved))
profile <- function(power) as.numeric(MASS::boxcox(moved ~ 1, lambda = power, plotit = FALSE)$y)
put("boxcox_power", "all", optimize(profile, c(-5, 5), maximum = TRUE, tol = 1e-12)$maximum)

# ---- coherence ------------------------------------------------------------------------------------------------------------
put("alpha", "all", 4 / 3 * (1 - sum(apply(M, 2, var)) / var(rowSums(M))))
put("eigenvalues", "all", prcomp(M, scale. = TRUE)$sdev^2)
put("spearman", "ac", cor(M[, "a"], M[, "c"], method = "spearman"))
put("kendall", "bd", cor(M[, "b"], M[, "d"], method = "kendall"))

# ---- pairs: 9 cities, undirected; flows with holes; end effects, gravity, effective number of partners -----------------------
cities <- 9
pairs <- t(combn(cities, 2))
km <- round(runif(nrow(pairs), 200, 9000), 1)
mass <- round(rlnorm(cities, 1, 0.8), 3)
flow <- rpois(nrow(pairs), exp(4 + 0.7 * log(mass[pairs[, 1]]) + 0.7 * log(mass[pairs[, 2]]) - 0.9 * log(km / 1000)))
holes <- c(4, 9, 17, 22, 31)
frame <- data.frame(first = pairs[, 1] - 1, second = pairs[, 2] - 1, km = km, flow = flow)
frame$known <- ifelse(seq_len(nrow(pairs)) %in% holes, NA, frame$flow)
write.csv(frame, "pairs.csv", row.names = FALSE)
put("mass", "all", mass)
ends <- matrix(0, nrow(pairs), cities)
for (i in seq_len(nrow(pairs))) ends[i, pairs[i, ]] <- 1
seen <- !is.na(frame$known)
effects <- lm(frame$known[seen] ~ ends[seen, ] - 1)$coefficients
put("origin_destination", "holes", pmax(0, as.numeric(ends[holes, ] %*% effects)))
z <- log(mass[pairs[, 1]]) + log(mass[pairs[, 2]])
fit <- glm(known ~ z + log(km), family = poisson, data = data.frame(known = frame$known, z = z, km = km),
           control = list(epsilon = 1e-14, maxit = 200))
put("gravity_mass", "holes", predict(fit, data.frame(z = z[holes], km = km[holes]), type = "response"))
fe <- glm(frame$known[seen] ~ ends[seen, ] + log(km[seen]) - 1, family = poisson, control = list(epsilon = 1e-14, maxit = 200))
put("gravity_ends", "holes", exp(cbind(ends, log(km))[holes, ] %*% fe$coefficients)[, 1])
put("breadth", "all", sapply(seq_len(cities), function(i) exp(vegan::diversity(flow[pairs[, 1] == i | pairs[, 2] == i]))))
put("top_3", "all", sapply(seq_len(cities), function(i) sum(sort(flow[pairs[, 1] == i | pairs[, 2] == i], decreasing = TRUE)[1:3])))

write.csv(do.call(rbind, out), "reference.csv", row.names = FALSE, quote = FALSE)
