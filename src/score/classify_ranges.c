/* SPDX-License-Identifier: MIT */
#include "classify_ranges.h"

#include <math.h>

static const double Z = 1.959963984540054; /* of 95 % of a normal distribution */
static const lb_range UNDEFINED = {NAN, NAN};

lb_range
range_of_share(double part, double whole)
{
    if (!(whole > 0)) {
        return UNDEFINED;
    }
    double share = part / whole, scale = 1 + Z * Z / whole;
    double middle = (share + Z * Z / (2 * whole)) / scale;
    double reach = Z / scale * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole));
    return (lb_range){fmax(0, middle - reach), fmin(1, middle + reach)};
}

lb_range
lb_range_of_share(size_t part, size_t whole)
{
    return range_of_share((double)part, (double)whole);
}

lb_range
range_of_area(double area, double variance)
{
    double reach = Z * sqrt(variance);
    return isnan(reach) ? UNDEFINED : (lb_range){fmax(0, area - reach), fmin(1, area + reach)};
}

lb_range
range_of_precision(double precision, double positives)
{
    if (!(precision > 0 && precision < 1)) {
        return (lb_range){precision, precision}; /* the logit knows no spread there */
    }
    double logit = log(precision / (1 - precision));
    double reach = Z / sqrt(positives * precision * (1 - precision));
    return (lb_range){1 / (1 + exp(reach - logit)), 1 / (1 + exp(-reach - logit))};
}

lb_range
range_of_mean(double a, lb_range of_a, double b, lb_range of_b)
{
    double down = hypot(a - of_a.low, b - of_b.low), up = hypot(of_a.high - a, of_b.high - b);
    double mean = (a + b) / 2;
    return isnan(down + up) ? UNDEFINED : (lb_range){mean - down / 2, mean + up / 2};
}

/* The variance is that of a function of four shares: of its derivatives by them. */
lb_range
range_of_mcc(double mcc, double tp, double tn, double fp, double fn)
{
    double n = tp + tn + fp + fn, positive = tp + fn, negative = tn + fp;
    double said = tp + fp, denied = tn + fn;
    if (!(positive > 0 && negative > 0 && said > 0 && denied > 0 && fabs(mcc) < 1)) {
        return UNDEFINED;
    }
    double root = sqrt(positive * negative) * sqrt(said * denied);
    const double shares[4] = {tp / n, tn / n, fp / n, fn / n};
    const double slopes[4] = {
        n * (tn / root - mcc / 2 * (1 / positive + 1 / said)),
        n * (tp / root - mcc / 2 * (1 / negative + 1 / denied)),
        n * (-fn / root - mcc / 2 * (1 / negative + 1 / said)),
        n * (-fp / root - mcc / 2 * (1 / positive + 1 / denied)),
    };
    double mean = 0, square = 0;
    for (int k = 0; k < 4; k++) {
        mean += shares[k] * slopes[k];
        square += shares[k] * slopes[k] * slopes[k];
    }
    double error = sqrt(fmax(0, square - mean * mean) / n) / (1 - mcc * mcc);
    return (lb_range){tanh(atanh(mcc) - Z * error), tanh(atanh(mcc) + Z * error)};
}
