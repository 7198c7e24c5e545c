/* SPDX-License-Identifier: MIT */
/* Seeds against images: variance components from mean squares. */
#include "lesionbench/statistics.h"

#include <math.h>

#include "clusters.h"

/* Mean squares of the two-way table. */
typedef struct squares {
    double image, seed, rest;
} squares;

/* image_means (images): filled. */
static squares
mean_squares(double *image_means, const double *values, size_t seeds, size_t images)
{
    squares sum = {0, 0, 0};
    double s = (double)seeds, m = (double)images, mean = 0;
    for (size_t i = 0; i < images; i++) {
        image_means[i] = 0;
        for (size_t j = 0; j < seeds; j++) {
            image_means[i] += values[j * images + i] / s;
        }
        mean += image_means[i] / m;
    }
    for (size_t j = 0; j < seeds; j++) {
        double seed_mean = 0;
        for (size_t i = 0; i < images; i++) {
            seed_mean += values[j * images + i] / m;
        }
        sum.seed += (seed_mean - mean) * (seed_mean - mean) * m;
        for (size_t i = 0; i < images; i++) {
            double rest = values[j * images + i] - image_means[i] - seed_mean + mean;
            sum.rest += rest * rest;
        }
    }
    for (size_t i = 0; i < images; i++) {
        sum.image += (image_means[i] - mean) * (image_means[i] - mean) * s;
    }
    return (squares){sum.image / (m - 1), sum.seed / (s - 1), sum.rest / (m - 1) / (s - 1)};
}

/* The component between clusters of a one-way table with unequal sizes. */
static lb_status
between_clusters(double *out, size_t *used, const double *values, const uint32_t *cluster, size_t n,
                 size_t clusters, lb_error *err)
{
    lb_status status = LB_OK;
    double *means = NULL, *sizes = NULL, mean = 0, between = 0, within = 0, squared = 0;
    size_t groups = 0;
    LB_ALLOC(means, clusters);
    LB_ALLOC(sizes, clusters);
    LB_TRY(lb_cluster_means(means, values, cluster, n, clusters, err));
    for (size_t i = 0; i < n; i++) {
        sizes[cluster[i]]++;
        mean += values[i] / (double)n;
        within += (values[i] - means[cluster[i]]) * (values[i] - means[cluster[i]]);
    }
    for (size_t c = 0; c < clusters; c++) {
        if (sizes[c] > 0) {
            groups++;
            between += sizes[c] * (means[c] - mean) * (means[c] - mean);
            squared += sizes[c] * sizes[c];
        }
    }
    *used = groups;
    *out = (double)NAN;
    if (groups > 1 && groups < n) {
        double a = (double)groups - 1, size = ((double)n - squared / (double)n) / a;
        *out = fmax(0, (between / a - within / (double)(n - groups)) / size);
    }
cleanup:
    lb_free(sizes);
    lb_free(means);
    return status;
}

lb_status
lb_variance_components(lb_variance *out, const double *values, size_t seeds, size_t images,
                       const uint32_t *cluster, size_t clusters, lb_error *err)
{
    lb_status status = LB_OK;
    double *image_means = NULL;
    lb_variance result = {.images = images,
                          .seeds = seeds,
                          .image = (double)NAN,
                          .seed = (double)NAN,
                          .rest = (double)NAN,
                          .subject = (double)NAN};
    LB_NOT_NULL(out);
    LB_NOT_NULL(values);
    if (cluster != NULL) {
        LB_TRY(lb_clusters_check(cluster, images, clusters, __func__, err));
    }
    LB_ALLOC(image_means, images);
    if (seeds > 1 && images > 1) {
        squares mean = mean_squares(image_means, values, seeds, images);
        result.rest = mean.rest;
        result.image = fmax(0, (mean.image - mean.rest) / (double)seeds);
        result.seed = fmax(0, (mean.seed - mean.rest) / (double)images);
        LB_TRY(between_clusters(&result.subject, &result.subjects, image_means, cluster, images,
                                clusters, err));
        result.subject =
            isnan(result.subject) ? result.subject : fmin(result.subject, result.image);
    }
    *out = result;
cleanup:
    lb_free(image_means);
    return status;
}
