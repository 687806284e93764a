# Reference values for spatial dependence. Run: Rscript autocorrelation.R
# Writes columbus.csv, columbus_links.csv, fiji.csv, fiji_links.csv (data and neighbours, so that every program
# sees the same weights) and autocorrelation.json.
#   Columbus: spData (CC0), 49 districts, crime, income, housing value; queen neighbours col.gal.nb.
#   Fiji: 150 earthquakes of R's datasets::quakes, on both sides of 180 degrees; the 6 nearest on the sphere
#   by s2 great circles, one link cut so that there is an island.
suppressMessages({library(spdep); library(spatialreg); library(sf)})
options(digits = 17)
num <- function(v) { v <- as.numeric(v); ifelse(is.finite(v), sprintf("%.17g", v), "null") }
json <- function(v) {
  if (is.list(v)) paste0("{", paste(sprintf('"%s": %s', names(v), vapply(v, json, "")), collapse = ", "), "}")
  else { e <- if (is.character(v)) paste0('"', v, '"') else num(v); if (length(v) > 1) paste0("[", paste(e, collapse = ", "), "]") else e }
}
links <- function(nb, ids) do.call(rbind, lapply(seq_along(nb), function(i) if (nb[[i]][1] > 0)
  data.frame(focal = ids[i], neighbor = ids[nb[[i]]])))
moments <- function(t) list(statistic = unname(t$estimate[1]), expected = unname(t$estimate[2]), variance = unname(t$estimate[3]), p_value = t$p.value)
study <- function(x, y, colour, nb) {
  out <- list()
  for (style in c("W", "B")) {
    lw <- nb2listw(nb, style = style, zero.policy = TRUE)
    one <- list()
    for (how in c(TRUE, FALSE)) {
      key <- if (how) "randomisation" else "normality"
      one[[paste0("moran_", key)]] <- moments(moran.test(x, lw, randomisation = how, zero.policy = TRUE, adjust.n = FALSE, alternative = "two.sided"))
      one[[paste0("geary_", key)]] <- moments(geary.test(x, lw, randomisation = how, zero.policy = TRUE, adjust.n = FALSE, alternative = "two.sided"))
    }
    # without islands: spdep leaves them out of the statistic but not out of its mean
    keep <- card(nb) > 0
    one$getis_ord <- moments(suppressWarnings(globalG.test(x[keep], nb2listw(subset(nb, keep), style = style), alternative = "two.sided")))
    zx <- as.numeric(scale(x, scale = FALSE)); zy <- as.numeric(scale(y, scale = FALSE)); n <- length(x)
    one$bivariate <- n / sum(unlist(lw$weights)) * sum(zx * lag.listw(lw, zy, zero.policy = TRUE)) / sqrt(sum(zx^2) * sum(zy^2))
    local <- localmoran(x, lw, zero.policy = TRUE, conditional = TRUE, adjust.x = FALSE)
    one$local_moran <- local[, "Ii"]; one$local_expected <- local[, "E.Ii"]; one$local_variance <- local[, "Var.Ii"]
    one$local_geary <- localC(x, lw, zero.policy = TRUE)
    one$local_g <- as.numeric(localG(x, lw, zero.policy = TRUE))
    one$local_g_star <- as.numeric(localG(x, nb2listw(include.self(nb), style = style, zero.policy = TRUE), zero.policy = TRUE))
    jc <- joincount.multi(factor(colour), lw, zero.policy = TRUE, adjust.n = FALSE)
    one$joins <- list(names = rownames(jc)[-nrow(jc)], count = jc[-nrow(jc), 1], expected = jc[-nrow(jc), 2], variance = jc[-nrow(jc), 3])
    out[[style]] <- one
  }
  out
}
data(columbus, package = "spData")
ids <- sprintf("d%02d", seq_len(nrow(columbus)))
colour <- ifelse(columbus$CP == 1, "core", "periphery")
write.csv(data.frame(id = ids, crime = columbus$CRIME, income = columbus$INC, housing = columbus$HOVAL, x = columbus$X, y = columbus$Y, colour = colour), "columbus.csv", row.names = FALSE)
write.csv(links(col.gal.nb, ids), "columbus_links.csv", row.names = FALSE)
out <- list(columbus = study(columbus$CRIME, columbus$INC, colour, col.gal.nb))

lw <- nb2listw(col.gal.nb, style = "W")
regression <- function(fit) list(names = names(coef(fit)), coefficients = unname(coef(fit)), loglik = as.numeric(logLik(fit)))
form <- CRIME ~ INC + HOVAL
lag <- lagsarlm(form, columbus, lw, method = "eigen", tol.solve = 1e-14, control = list(tol.opt = 1e-12))
err <- errorsarlm(form, columbus, lw, method = "eigen", tol.solve = 1e-14, control = list(tol.opt = 1e-12))
ols <- lm(form, columbus)
lm_tests <- lm.LMtests(ols, lw, test = c("LMlag", "LMerr", "RLMlag", "RLMerr"))
out$regression <- list(lag = c(regression(lag), list(se_rho = lag$rho.se)), error = c(regression(err), list(se_lambda = err$lambda.se)),
  ols = regression(ols), lm = lapply(lm_tests, function(t) c(t$statistic, t$p.value)),
  moran_residuals = moments(lm.morantest(ols, lw, alternative = "two.sided")))

set.seed(1)
q <- quakes[sort(sample(nrow(quakes), 150)), ]
q$long <- ifelse(q$long > 180, q$long - 360, q$long)
ids <- sprintf("q%03d", seq_len(nrow(q)))
nb <- knn2nb(knearneigh(st_as_sf(q, coords = c("long", "lat"), crs = 4326), k = 6))
nb[[17]] <- 0L; nb <- lapply(nb, function(i) if (17L %in% i) setdiff(i, 17L) else i)
class(nb) <- "nb"; attr(nb, "region.id") <- ids
colour <- ifelse(q$depth > 300, "deep", ifelse(q$depth > 100, "middle", "shallow"))
write.csv(data.frame(id = ids, lon = q$long, lat = q$lat, magnitude = q$mag, stations = q$stations, colour = colour), "fiji.csv", row.names = FALSE)
write.csv(links(nb, ids), "fiji_links.csv", row.names = FALSE)
out$fiji <- study(q$mag, q$stations, colour, nb)
writeLines(json(out), "autocorrelation.json")
