/* SPDX-License-Identifier: MIT */
#include "report_summary.h"

#include <math.h>

static double
rank_of(const double *values, size_t n, double value)
{
    double below = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        below += values[i] < value;
        equal += values[i] == value;
    }
    return below + (equal - 1) / 2;
}

double
rank_correlation(const double *x, const double *y, size_t n)
{
    double middle = ((double)n - 1) / 2, xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        double a = rank_of(x, n, x[i]) - middle, b = rank_of(y, n, y[i]) - middle;
        xy += a * b;
        xx += a * a;
        yy += b * b;
    }
    return n >= 3 && xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

/* Accuracy as the table of explanations tells it, or the table of models. */
static double
accuracy_of(const study_folder *folder, size_t corpus, size_t degree, const cell *c)
{
    return isfinite(c->accuracy)
               ? c->accuracy
               : folder_accuracy(folder, folder->corpora[corpus], degree_names[degree]);
}

static void
consider(summary *out, size_t corpus, size_t degree, size_t method, const cell *c, double accuracy)
{
    bool accurate = accuracy >= ACCURATE;
    bool better = !out->any || (accurate && !out->accurate) ||
                  (accurate == out->accurate && c->median > out->best.median);
    if (better) {
        out->any = true;
        out->accurate = accurate;
        out->corpus = corpus;
        out->degree = degree;
        out->method = method;
        out->best = *c;
        out->best.accuracy = accuracy;
    }
}

static void
walk_method(summary *out, const study_folder *folder, size_t method)
{
    double accuracy[MAX_CORPORA * DEGREES], median[MAX_CORPORA * DEGREES];
    size_t n = 0;
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        for (size_t degree = 0; degree < DEGREES; degree++) {
            cell c = folder_cell(folder, folder->corpora[corpus], degree_names[degree],
                                 folder->methods[method].name, CORRECT);
            if (c.seeds == 0) {
                continue;
            }
            double a = accuracy_of(folder, corpus, degree, &c);
            consider(out, corpus, degree, method, &c, a);
            if (isfinite(a)) {
                accuracy[n] = a;
                median[n++] = c.median;
            }
        }
    }
    out->follows[method] = rank_correlation(accuracy, median, n);
    out->models = n > out->models ? n : out->models;
}

static void
average_corpora(summary *out, const study_folder *folder)
{
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        double sum = 0, accuracy = 0, n = 0;
        for (size_t degree = 0; degree < DEGREES; degree++) {
            for (size_t method = 0; method < folder->attribution_count; method++) {
                cell c = folder_cell(folder, folder->corpora[corpus], degree_names[degree],
                                     folder->methods[method].name, CORRECT);
                if (c.seeds > 0) {
                    sum += c.median;
                    accuracy += accuracy_of(folder, corpus, degree, &c);
                    n++;
                }
            }
        }
        out->corpus_mean[corpus] = n > 0 ? sum / n : NAN;
        out->corpus_accuracy[corpus] = n > 0 ? accuracy / n : NAN;
    }
}

static double
baseline(const study_folder *folder, const char *method)
{
    return folder_cell(folder, "baseline", "none", method, CORRECT).median;
}

void
summary_make(summary *out, const study_folder *folder)
{
    *out = (summary){0};
    for (size_t method = 0; method < folder->attribution_count; method++) {
        walk_method(out, folder, method);
    }
    average_corpora(out, folder);
    out->raw_input = baseline(folder, "raw_input");
    out->blobs = baseline(folder, "difference_of_gaussians");
    out->sobel = baseline(folder, "sobel");
    out->laplace = baseline(folder, "laplace");
    out->random = baseline(folder, "random");
    out->untrained =
        folder_cell(folder, "untrained", "none", folder->methods[out->method].name, CORRECT).median;
    out->chance = out->any ? out->best.chance : NAN;
}

bool
summary_convince(const summary *found)
{
    double best = found->best.median;
    const double filters[] = {found->sobel, found->laplace, found->random};
    bool convinces = found->any && !(best < 6 * found->chance) && !(best <= found->untrained);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        convinces = convinces && !(best < 2 * filters[i]);
    }
    return convinces;
}
