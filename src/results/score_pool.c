/* SPDX-License-Identifier: MIT */
#include "score_pool.h"

#include <omp.h>
#include <string.h>

enum { MAX_WAITING = 64, MAX_VALUES = 1 << 23 };

lb_status
score_pool_create(score_pool *out, lb_score_rows *rows, const lb_scoring *scoring, size_t height,
                  size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    size_t values = 0;
    score_pool made = {.rows = rows, .scoring = scoring, .threads = (size_t)omp_get_max_threads()};
    LB_TRY(lb_multiply(&made.pixels, height, width, err));
    made.capacity = made.pixels > 0 ? MAX_VALUES / made.pixels : 1;
    made.capacity = made.capacity < made.threads ? made.threads : made.capacity;
    made.capacity = made.capacity > MAX_WAITING ? MAX_WAITING : made.capacity;
    LB_TRY(lb_multiply(&values, made.capacity, made.pixels, err));
    LB_ALLOC(made.map, values);
    LB_ALLOC(made.truth, values);
    LB_ALLOC(made.row, made.capacity);
    LB_ALLOC(made.is_wide, made.capacity);
    LB_ALLOC(made.scorers, made.threads);
    for (size_t t = 0; t < made.threads; t++) {
        LB_TRY(lb_scorer_create(&made.scorers[t], height, width, err));
    }
    *out = made;
    return LB_OK;
cleanup:
    score_pool_release(&made);
    return status;
}

void
score_pool_release(score_pool *team)
{
    for (size_t t = 0; team->scorers != NULL && t < team->threads; t++) {
        lb_scorer_free(team->scorers[t]);
    }
    lb_free(team->scorers);
    lb_free(team->row);
    lb_free(team->is_wide);
    lb_free(team->wide);
    lb_free(team->truth);
    lb_free(team->map);
    *team = (score_pool){0};
}

float *
score_pool_map(score_pool *team)
{
    team->is_wide[team->count] = false;
    return team->map + team->count * team->pixels;
}

lb_status
score_pool_map_double(double **out, score_pool *team, lb_error *err)
{
    lb_status status = LB_OK;
    if (team->wide == NULL) {
        LB_ALLOC(team->wide, team->capacity * team->pixels);
    }
    team->is_wide[team->count] = true;
    *out = team->wide + team->count * team->pixels;
cleanup:
    return status;
}

float *
score_pool_truth(score_pool *team)
{
    return team->truth + team->count * team->pixels;
}

/* As lb_diagnose_map(); the map has been scored and is finite. */
static void
certify_doubles(lb_diagnostics *diagnostic, const double *map, size_t pixels)
{
    size_t zero = 0;
    for (size_t p = 0; p < pixels; p++) {
        zero += map[p] == 0;
    }
    diagnostic->nan_share = 0;
    diagnostic->zero_share = (double)zero / (double)pixels;
}

static lb_status
score_one(score_pool *team, size_t place, lb_scorer *scorer, lb_error *err)
{
    lb_status status = LB_OK;
    lb_map_score score;
    const lb_scoring *how = team->scoring;
    lb_score_row *row = &team->rows->rows[team->row[place]];
    LB_TRY(lb_scorer_set_truth(scorer, team->truth + place * team->pixels, err));
    if (team->is_wide[place]) {
        const double *map = team->wide + place * team->pixels;
        LB_TRY(lb_scorer_score_double(&score, scorer, map, how->metrics, how->ties, err));
        certify_doubles(&row->diagnostic, map, team->pixels);
    } else {
        const float *map = team->map + place * team->pixels;
        LB_TRY(lb_scorer_score(&score, scorer, map, how->metrics, how->ties, err));
        lb_diagnose_map(&row->diagnostic, map, team->pixels);
    }
    row->score = score.counts;
    memcpy(row->metric, score.value, sizeof row->metric);
    row->diagnostic.ties = score.counts.ties;
cleanup:
    return status;
}

lb_status
score_pool_flush(score_pool *team, lb_error *err)
{
    size_t failed = SIZE_MAX;
#pragma omp parallel for schedule(dynamic) num_threads((int)team->threads)
    for (size_t i = 0; i < team->count; i++) {
        lb_error own;
        if (score_one(team, i, team->scorers[omp_get_thread_num()], &own) != LB_OK) {
#pragma omp critical
            if (i < failed) {
                failed = i;
                *err = own;
            }
        }
    }
    team->count = 0;
    if (failed != SIZE_MAX) {
        const lb_score_row *row = &team->rows->rows[team->row[failed]];
        return lb_fail_context(err, "image %u, method %s", (unsigned)row->image, row->method);
    }
    return LB_OK;
}

lb_status
score_pool_push(score_pool *team, lb_error *err)
{
    team->row[team->count++] = team->rows->count - 1;
    return team->count == team->capacity ? score_pool_flush(team, err) : LB_OK;
}
