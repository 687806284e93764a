# Reference values for tests of two groups. Run: Rscript groups.R (writes groups.json next to it).
# base wilcox.test, coin (exact conditional distribution with ties, strata), exactRankTests, and the
# formula of Brunner and Munzel (2000) written out.
suppressMessages({library(coin); library(exactRankTests)})
cases <- list(
  untied   = list(x = c(80.1, 75.3, 66.2, 59.8, 71.4, 90.5, 62.7), y = c(55.0, 61.1, 70.2, 48.9, 52.3, 64.6)),
  tied     = list(x = c(1, 2, 2, 3, 5, 5, 8, 9, 10, 12, 13, 14), y = c(4, 5, 6, 7, 11, 14, 15, 16, 17, 18)),
  skew     = list(x = c(1, 1, 1, 1, 2, 3), y = c(1, 2, 2, 9)),
  lopsided = list(x = c(3, 7, 7, 9), y = c(1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11)))
strata <- list(tied = c("CN","X","CN","X","X","CN","X","CN","X","CN","X","X",
                        "X","CN","X","X","CN","X","CN","X","X","CN"))
num <- function(v) sprintf("%.17g", as.numeric(v))
brunner <- function(x, y) { # P(X > Y) + P(X = Y) / 2 against 1/2
  m <- length(x); k <- length(y); all <- rank(c(x, y))
  r1 <- all[1:m]; r2 <- all[m + 1:k]; q1 <- rank(x); q2 <- rank(y)
  p <- (mean(r1) - (m + 1) / 2) / k
  v1 <- sum((r1 - q1 - mean(r1) + (m + 1) / 2)^2) / (m - 1)
  v2 <- sum((r2 - q2 - mean(r2) + (k + 1) / 2)^2) / (k - 1)
  stat <- m * k * (mean(r1) - mean(r2)) / ((m + k) * sqrt(m * v1 + k * v2))
  df <- (m * v1 + k * v2)^2 / ((m * v1)^2 / (m - 1) + (k * v2)^2 / (k - 1))
  se <- sqrt(v1 / (m * k^2) + v2 / (k * m^2))
  list(estimate = p, statistic = stat, df = df, p_value = 2 * pt(-abs(stat), df),
       low = p - qt(0.975, df) * se, high = p + qt(0.975, df) * se)
}
out <- list()
for (name in names(cases)) {
  x <- cases[[name]]$x; y <- cases[[name]]$y
  d <- data.frame(v = c(x, y), g = factor(rep(c("a", "b"), c(length(x), length(y)))))
  one <- list(x = x, y = y, u = sum(rank(c(x, y))[seq_along(x)]) - length(x) * (length(x) + 1) / 2)
  for (side in c("greater", "less", "two.sided"))
    one[[paste0("coin_exact_", side)]] <- as.numeric(pvalue(wilcox_test(v ~ g, d, distribution = "exact", alternative = side)))
  for (side in c("greater", "less"))
    one[[paste0("ert_exact_", side)]] <- wilcox.exact(x, y, exact = TRUE, alternative = side)$p.value
  one$coin_asymptotic <- as.numeric(pvalue(wilcox_test(v ~ g, d, distribution = "asymptotic")))
  one$coin_mid_greater <- as.numeric(midpvalue(wilcox_test(v ~ g, d, distribution = "exact", alternative = "greater")))
  if (!anyDuplicated(c(x, y))) {
    w <- wilcox.test(x, y, exact = TRUE, conf.int = TRUE)
    one$base_p <- w$p.value; one$hl <- unname(w$estimate); one$hl_low <- w$conf.int[1]; one$hl_high <- w$conf.int[2]
  }
  one$mean_exact_greater <- as.numeric(pvalue(oneway_test(v ~ g, d, distribution = "exact", alternative = "greater")))
  w <- t.test(x, y); one$welch_low <- w$conf.int[1]; one$welch_high <- w$conf.int[2]; one$welch_t <- unname(w$statistic)
  one$brunner <- brunner(x, y)
  if (!is.null(strata[[name]])) {
    d$s <- factor(strata[[name]]); one$strata <- strata[[name]]
    within <- ave(d$v, d$s, FUN = rank); sizes <- ave(d$v, d$s, FUN = length)
    for (kind in c("pairs", "van_elteren")) {
      d$score <- if (kind == "pairs") within else within / (sizes + 1)
      # the exact shift algorithm of coin does not take blocks: enumerate the choices within strata
      parts <- lapply(split(d, d$s), function(e) { m <- sum(e$g == "a"); combn(nrow(e), m, function(i) sum(e$score[i])) })
      total <- as.vector(outer(parts[[1]], parts[[2]], "+")); seen <- sum(d$score[d$g == "a"])
      one[[paste0("strata_", kind, "_greater")]] <- mean(total >= seen - 1e-9)
      one[[paste0("strata_", kind, "_less")]] <- mean(total <= seen + 1e-9)
      one[[paste0("strata_", kind, "_asymptotic")]] <- as.numeric(pvalue(independence_test(score ~ g | s, d, teststat = "scalar")))
    }
  }
  out[[name]] <- one
}
p <- c(0.001, 0.04, 0.03, 0.2, 0.049, 0.8, 0.03)
out$adjust <- list(p = p, holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"))
json <- function(v) {
  if (is.list(v)) paste0("{", paste(sprintf('"%s": %s', names(v), vapply(v, json, "")), collapse = ", "), "}")
  else { e <- if (is.character(v)) paste0('"', v, '"') else num(v); if (length(v) > 1) paste0("[", paste(e, collapse = ", "), "]") else e }
}
writeLines(json(out), "groups.json")
