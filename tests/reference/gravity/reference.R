# Reference numbers for the decay and gravity models, from R: base glm and lm, MASS::glm.nb, quantreg::rq and
# sandwich. Run from the repository root: Rscript tests/reference/gravity/reference.R
# Writes reference.csv: case, quantity, term, value (17 digits).
suppressMessages({library(sandwich); library(MASS); library(quantreg)})
here <- "tests/reference/gravity/"
out <- data.frame()
keep <- function(case, quantity, term, value)
  out <<- rbind(out, data.frame(case = case, quantity = quantity, term = term, value = sprintf("%.17g", value)))
both <- c("x", "same_region")
tight <- glm.control(epsilon = 1e-300, maxit = 60) # until nothing moves: R takes its weights from the step before the last

record <- function(case, fit, d, terms = both, naive = vcov(fit)) {
  keep(case, "coefficient", terms, coef(fit)[terms])
  keep(case, "naive", terms, sqrt(diag(naive)[terms]))
  keep(case, "loglik", "", as.numeric(logLik(fit)))
  keep(case, "aic", "", AIC(fit)); keep(case, "bic", "", BIC(fit)); keep(case, "deviance", "", deviance(fit))
  hc <- vcovHC(fit, type = "HC1"); keep(case, "hc1", terms, sqrt(diag(hc)[terms]))
  one <- vcovCL(fit, cluster = d$origin, type = "HC0", cadjust = TRUE)
  keep(case, "origin", terms, sqrt(diag(one)[terms]))
  # two-way without any adjustment: the factor of the package is applied in the test
  two <- vcovCL(fit, cluster = cbind(d$origin, d$destination), type = "HC0", cadjust = FALSE, multi0 = TRUE)
  keep(case, "two-way-plain", terms, sqrt(diag(two)[terms]))
}

city_dummies <- function(d) {
  cities <- sort(unique(c(d$origin, d$destination)))
  m <- sapply(cities, function(city) as.numeric(d$origin == city) + as.numeric(d$destination == city))
  colnames(m) <- cities; m
}

for (kind in c("directed", "undirected")) {
  d <- read.csv(paste0(here, kind, ".csv")); d$x <- log(d$distance_km); p <- d[d$flow > 0, ]
  record(paste0(kind, "-poisson-none"), glm(flow ~ x + same_region, poisson, d, control = tight), d)
  record(paste0(kind, "-loglinear-none"), lm(log(flow) ~ x + same_region, p), p)
  if (kind == "directed") {
    effects <- ~ x + same_region + origin + destination
    pois <- glm(update(effects, flow ~ .), poisson, d, control = tight)
    ols <- lm(update(effects, log(flow) ~ .), p)
  } else {
    z <- city_dummies(d); zp <- city_dummies(p)
    pois <- glm(flow ~ 0 + x + same_region + z, poisson, d, control = tight)
    ols <- lm(log(flow) ~ 0 + x + same_region + zp, p)
  }
  record(paste0(kind, "-poisson-effects"), pois, d)
  record(paste0(kind, "-loglinear-effects"), ols, p)
  nb <- glm.nb(flow ~ x + same_region, d, control = tight)
  for (i in 1:20) nb <- glm.nb(flow ~ x + same_region, d, control = tight, init.theta = nb$theta, start = coef(nb))
  case <- paste0(kind, "-negbin-none")
  keep(case, "coefficient", both, coef(nb)[both]); keep(case, "naive", both, sqrt(diag(vcov(nb))[both]))
  keep(case, "alpha", "", 1 / nb$theta); keep(case, "loglik", "", as.numeric(logLik(nb)))
  keep(case, "deviance", "", deviance(nb))
  for (tau in c(0.5, 0.8)) {
    q <- rq(log(flow) ~ x + same_region, tau = tau, data = p)
    case <- paste0(kind, "-quantile-", tau)
    keep(case, "coefficient", both, coef(q)[both]); keep(case, "loss", "", q$rho)
    keep(case, "loglik", "", as.numeric(logLik(q)))
    keep(case, "naive", both, summary(q, se = "iid", covariance = TRUE)$coefficients[both, 2])
  }
  for (link in c("logit", "probit")) {
    b <- glm(linked ~ x + same_region, binomial(link), d, control = tight)
    record(paste0(kind, "-", link), b, d)
  }
}
canada <- read.csv(paste0(here, "canada.csv")); canada$x <- log(canada$distance_miles)
fit <- glm(migrants ~ x + origin + destination, poisson, canada, control = tight)
keep("canada", "coefficient", "x", coef(fit)["x"]); keep("canada", "naive", "x", sqrt(vcov(fit)["x", "x"]))
write.csv(out, paste0(here, "reference.csv"), row.names = FALSE)
