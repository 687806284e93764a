# Reference numbers for the dyadic tests, from R: vegan (mantel, mantel.partial, mantel.correlog), sna (netlm,
# netlogit, qaptest) and base (lm, glm). Run from this folder: Rscript make.R
# Everything that depends on random permutations is computed for a fixed table of permutations as well, so that
# whole null distributions can be compared exactly.
suppressMessages({library(vegan); library(sna)})
set.seed(20211101)
options(digits = 17)
n <- 12
out <- function(object, name) write.csv(object, paste0(name, ".csv"), row.names = FALSE)
stack_up <- function(matrices) do.call(rbind, lapply(names(matrices), function(name)
  data.frame(name = name, row = rep(seq_len(n) - 1, n), column = rep(seq_len(n) - 1, each = n), value = as.vector(matrices[[name]]))))

# ---- data: symmetric and directed matrices with node effects -----------------------------------------------
place <- matrix(runif(2 * n, 0, 10), n)
x1 <- as.matrix(dist(place)); dimnames(x1) <- NULL
hub <- rnorm(n)
x2 <- as.matrix(dist(rnorm(n) + 0.15 * place[, 1])); dimnames(x2) <- NULL
noise <- matrix(rnorm(n * n), n); noise <- (noise + t(noise)) / 2
x3 <- 1 * (outer(place[, 2], place[, 2], "+") + noise > 10); diag(x3) <- 0
y <- 3 - 0.12 * x1 + 0.25 * x2 + outer(hub, hub, "+") + noise; diag(y) <- 0
d1 <- x1 + matrix(rnorm(n * n), n); diag(d1) <- 0
d2 <- matrix(rnorm(n * n), n) + outer(rnorm(n), rep(1, n)); diag(d2) <- 0
dy <- 1 - 0.06 * d1 + 0.1 * d2 + outer(hub, rnorm(n), "+") + matrix(rnorm(n * n), n); diag(dy) <- 0
db <- 1 * (dy > median(dy[row(dy) != col(dy)])); diag(db) <- 0
dc <- matrix(rpois(n * n, exp(0.4 + 0.25 * dy)), n); diag(dc) <- 0
out(stack_up(list(x1 = x1, x2 = x2, x3 = x3, y = y, d1 = d1, d2 = d2, dy = dy, db = db, dc = dc)), "matrices")
perms <- t(replicate(25, sample(n)))
out(as.data.frame(perms - 1), "permutations")

# ---- Mantel and partial Mantel, with their null distributions -----------------------------------------------
rows <- list(); nulls <- list()
add <- function(test, result) {
  rows[[length(rows) + 1]] <<- data.frame(test = test, statistic = unname(result$statistic))
  nulls[[length(nulls) + 1]] <<- data.frame(test = test, draw = seq_along(result$perm) - 1, statistic = unname(result$perm))
}
for (method in c("pearson", "spearman", "kendall")) add(paste0("mantel ", method), mantel(as.dist(x1), as.dist(y), method = method, permutations = perms))
for (method in c("pearson", "spearman")) add(paste0("partial ", method), mantel.partial(as.dist(x1), as.dist(y), as.dist(x2), method = method, permutations = perms))
add("mantel kendall tied", mantel(as.dist(x3), as.dist(y), method = "kendall", permutations = perms))
off <- row(dy) != col(dy)
add("qap", list(statistic = gcor(d1, dy), perm = apply(perms, 1, function(p) gcor(d1[p, p], dy))))

# ---- MRQAP: fits, and statistics for the fixed permutations --------------------------------------------------
cells <- function(m, mode) if (mode == "graph") m[lower.tri(m)] else m[off]
spread <- function(v, mode) { m <- matrix(0, n, n); if (mode == "graph") { m[lower.tri(m)] <- v; m <- m + t(m) } else m[off] <- v; m }
value <- function(fit, k, family) { s <- summary(fit)$coefficients; s[k, 3] }
# glm() reports the weights of its last step but one: started again from its own result, they are those of the optimum
refit <- function(y, X, family) {
  data <- data.frame(y = y, X)
  if (family == "gaussian") return(lm(y ~ ., data))
  tight <- glm.control(epsilon = 1e-14, maxit = 100)
  glm(y ~ ., data, family = family, control = tight, start = coef(glm(y ~ ., data, family = family, control = tight)))
}
mrqap <- function(label, y, x, mode, family) {
  X <- as.data.frame(lapply(x, cells, mode = mode)); v <- cells(y, mode)
  fit <- refit(v, X, family); s <- summary(fit)$coefficients
  for (k in seq_len(nrow(s))) rows[[length(rows) + 1]] <<- data.frame(test = paste(label, c("(intercept)", names(x))[k], c("estimate", "se", "statistic")), statistic = s[k, 1:3])
  for (k in seq_along(x)) {
    others <- as.matrix(X[, -k, drop = FALSE])
    left <- spread(residuals(lm(X[[k]] ~ others)), mode)
    for (scheme in c("double-semi-partialling", "x", "y")) {
      perm <- apply(perms, 1, function(p) {
        if (scheme == "y") return(value(refit(cells(y[p, p], mode), X, family), k + 1, family))
        moved <- if (scheme == "x") x[[k]] else left
        value(refit(v, data.frame(moved = cells(moved[p, p], mode), others), family), 2, family)
      })
      nulls[[length(nulls) + 1]] <<- data.frame(test = paste(label, names(x)[k], scheme), draw = seq_along(perm) - 1, statistic = perm)
    }
  }
}
mrqap("linear symmetric", y, list(x1 = x1, x2 = x2, x3 = x3), "graph", "gaussian")
mrqap("linear directed", dy, list(d1 = d1, d2 = d2), "digraph", "gaussian")
mrqap("logit directed", db, list(d1 = d1, d2 = d2), "digraph", "binomial")
mrqap("poisson directed", dc, list(d1 = d1, d2 = d2), "digraph", "poisson")

# Rao scores of each covariate: signed root of the score test of base R
for (family in c("binomial", "poisson")) for (k in 1:2) {
  v <- cells(if (family == "binomial") db else dc, "digraph")
  X <- data.frame(d1 = cells(d1, "digraph"), d2 = cells(d2, "digraph"))
  small <- refit(v, X[, -k, drop = FALSE], family); full <- refit(v, X, family)
  rao <- anova(small, full, test = "Rao")[2, "Rao"]
  rows[[length(rows) + 1]] <- data.frame(test = paste("rao", family, names(X)[k]), statistic = sign(coef(full)[k + 1]) * sqrt(rao))
}
out(do.call(rbind, rows), "statistics")
out(do.call(rbind, nulls), "nulls")

# ---- p-values of the packages themselves, with many draws ----------------------------------------------------
reps <- 4000
p <- list()
note <- function(test, term, less, greater) p[[length(p) + 1]] <<- data.frame(test = test, term = term, less = less, greater = greater, reps = reps)
for (nullhyp in c("qapspp", "qapy", "qapx")) {
  fit <- netlm(y, list(x1, x2, x3), mode = "graph", nullhyp = nullhyp, reps = reps)
  note(paste("netlm graph", nullhyp), c("x1", "x2", "x3"), fit$pleeq[-1], fit$pgreq[-1])
  fit <- netlm(dy, list(d1, d2), mode = "digraph", nullhyp = nullhyp, reps = reps)
  note(paste("netlm digraph", nullhyp), c("d1", "d2"), fit$pleeq[-1], fit$pgreq[-1])
}
fit <- netlogit(db, list(d1, d2), mode = "digraph", nullhyp = "qapspp", reps = 1000)
note("netlogit digraph qapspp", c("d1", "d2"), fit$pleeq[-1], fit$pgreq[-1])
m <- mantel(as.dist(x1), as.dist(y), permutations = reps)
note("mantel", "x1", mean(m$perm <= m$statistic), mean(m$perm >= m$statistic))
out(do.call(rbind, p), "p_values")

# ---- Mantel correlogram --------------------------------------------------------------------------------------
g <- mantel.correlog(as.dist(y), D.geo = as.dist(x1), nperm = reps, cutoff = TRUE)
out(cbind(as.data.frame(g$mantel.res), lower = g$break.pts[-length(g$break.pts)], upper = g$break.pts[-1]), "correlogram")
g <- mantel.correlog(as.dist(y), D.geo = as.dist(x1), nperm = 99, cutoff = FALSE, break.pts = c(0, 3, 5, 7, 14), r.type = "spearman")
out(as.data.frame(g$mantel.res), "correlogram_spearman")
